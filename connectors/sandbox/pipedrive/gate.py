"""Before and after each call of the API: whose token it is, the limits, and the faults that were asked for."""

from flask import Response, current_app, g, request

from connectors.sandbox.answers import NoAnswer
from connectors.sandbox.pipedrive import answers
from connectors.sandbox.pipedrive.book import PipedriveBook
from connectors.sandbox.pipedrive.grants import Holder
from connectors.sandbox.pipedrive.limits import REQUESTS, WINDOW_SECONDS, Fault, Misbehaviour, Share
from connectors.sandbox.pipedrive.records import Company, Request, User
from connectors.sandbox.state import current_sandbox


def book() -> PipedriveBook:
    return current_sandbox().pipedrive


def company() -> Company:
    """Return the company of whoever calls."""
    return book().people.company(g.pipedrive_holder.company_id)


def user() -> User:
    """Return who calls."""
    return company().users[g.pipedrive_holder.user_id]


def let_in() -> Response | None:
    """Answer in place of the call where its token is none, its share is used up, or a fault is due."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    g.pipedrive_holder = book().permissions.holder_of(token) if scheme == "Bearer" else None
    if g.pipedrive_holder is None:
        return answers.unauthorized()
    g.pipedrive_share = book().limits.take(token)
    if not g.pipedrive_share.taken:
        return answers.rate_limited()
    return break_down()


def break_down() -> Response | None:
    """Answer in place of the call where a fault is due that keeps it from being done."""
    fault = book().limits.fault_of(f"{request.method} {request.path}")
    g.pipedrive_fault = fault
    if fault is None or fault.fault is Fault.LOST:
        return None
    if fault.fault is Fault.SLOW:
        book().limits.wait(fault.reset)
        return None
    if fault.fault is Fault.SERVER_ERROR:
        return answers.failure(500, "Internal server error")
    if fault.fault is Fault.FORBIDDEN:
        return answers.failure(403, "Scope and URL mismatch")
    if fault.fault is Fault.HTML:
        return answers.blocked()
    g.pipedrive_share = Share(REQUESTS, 0, fault.reset, taken=False)
    return answers.rate_limited()


def see_off(response: Response) -> Response:
    """Put the limits into headers, lose the answer where that was asked for, and keep a record."""
    fault: Misbehaviour | None = g.get("pipedrive_fault")
    lost = fault is not None and fault.fault is Fault.LOST
    holder: Holder | None = g.get("pipedrive_holder")
    _tell_limits(response, spent=fault is not None and fault.fault is Fault.DAILY)
    book().record(
        Request(
            method=request.method,
            path=request.path,
            query=request.args.to_dict(),
            company_id=holder.company_id if holder else None,
            user_id=holder.user_id if holder else None,
            status=None if lost else response.status_code,
        )
    )
    return NoAnswer() if lost else response


def refuse(refusal: answers.Refusal) -> Response:
    return answers.failure(refusal.status, str(refusal))


def not_found(_error: Exception) -> Response:
    return answers.failure(404, "Not found")


def broken(error: Exception) -> Response:
    current_app.logger.exception("the stand-in for Pipedrive failed", exc_info=error)
    return answers.failure(500, "Internal server error")


def _tell_limits(response: Response, *, spent: bool) -> None:
    share: Share = g.get("pipedrive_share") or Share(REQUESTS, REQUESTS - 1, WINDOW_SECONDS, taken=True)
    response.headers["x-ratelimit-limit"] = str(share.limit)
    response.headers["x-ratelimit-remaining"] = str(share.remaining)
    response.headers["x-ratelimit-reset"] = f"{share.reset:.3f}".rstrip("0").rstrip(".")
    budget = book().limits.budget
    if spent:
        budget = (0, budget[1] if budget else 30_000)
    if budget is not None:
        response.headers["x-daily-ratelimit-token-remaining"] = str(budget[0])
        response.headers["x-daily-ratelimit-token-limit"] = str(budget[1])
