"""The place where CleverTap takes delivery reports (https://docs.clevertap.com/docs/generic-sms)."""

from flask import Blueprint, Response, request

from connectors.sandbox.answers import json_answer
from connectors.sandbox.clock import now_rfc3339
from connectors.sandbox.reports import BadReport, read_reports
from connectors.sandbox.state import current_sandbox

blueprint = Blueprint("clevertap_reports", __name__)


@blueprint.post("/clevertap/sms/generic")
def take_reports() -> Response:
    """Keep the reports, all or none of them: 400 where a mandatory key is missing, as CleverTap answers."""
    account = request.args.get("account", "")
    try:
        if not account:
            raise BadReport("account is missing in the URL")
        reports = read_reports(request.get_json(force=True, silent=True))
    except BadReport as problem:
        return json_answer({"status": "error", "message": str(problem)}, 400)
    current_sandbox().reports.keep(reports, account, now_rfc3339())
    return json_answer({"status": "success", "message": f"{len(reports)} reports taken"})
