"""`/api/v1/segments`: how many SMS a text takes, and why."""

from typing import Any

from connectors.api.schemas_templates import SegmentsSchema, TextSchema
from connectors.shared.access import Access, access
from connectors.shared.segments import Segments, count_segments
from connectors.shared.web.rest.blueprint import WITH_A_BODY, ApiBlueprint

blueprint = ApiBlueprint("segments", "/segments", "How many SMS a text takes.")


@blueprint.on("POST", "")
@access(Access.API_KEY)
@blueprint.takes(TextSchema, "json")
@blueprint.answers(SegmentsSchema, "How the text travels.")
@blueprint.refuses(*WITH_A_BODY)
def count(body: dict[str, Any]) -> Segments:
    """Count the segments of a text.

    One character outside of the GSM alphabet makes the whole text UCS-2, with 70 characters a segment in place of 160.
    """
    return count_segments(body["text"])
