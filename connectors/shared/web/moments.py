"""Moments as callers write them: RFC 3339 with an offset; inside they are UTC milliseconds."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from connectors.shared.messages.composing import InvalidMessage, check_due, read_moment


class Moment(fields.String):
    """A moment, loaded as UTC milliseconds."""

    def __init__(self, description: str, example: str | None = "2026-11-21T08:00:00Z", **options: Any) -> None:
        metadata = {"description": description, "example": example, "format": "date-time"}
        super().__init__(metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        try:
            return read_moment(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class DueAt(Moment):
    """When something is to be sent: None for now, which is what a moment in the past means; at most 90 days ahead."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        try:
            return check_due(super()._deserialize(value, attr, data, **options))
        except InvalidMessage as error:
            raise ValidationError(str(error)) from None
