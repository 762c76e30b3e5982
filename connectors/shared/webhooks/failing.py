"""What posts that were taken, and posts that were not, mean for the webhook itself."""

from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, func, select, update

from connectors.shared.outbound import OutboundAnswer
from connectors.shared.webhooks.deliveries import Addressee, Delivery, close, postpone
from connectors.shared.webhooks.retries import GIVE_UP_MS, next_attempt
from connectors.shared.webhooks.tables import webhooks

GONE = 410

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Failure:
    """A post that was not taken."""

    delivery: Delivery
    answer: OutboundAnswer


def in_words(answer: OutboundAnswer) -> str:
    """Return why a post was not taken, for the person who runs the receiver."""
    if answer.status is None:
        return answer.failure or "No answer came."
    if 300 <= answer.status < 400:
        return f"It answered {answer.status}: redirects are not followed."
    return f"It answered {answer.status}."


def note_success(connection: Connection, addressee: Addressee) -> None:
    """The webhook works: a failure after this is the first one."""
    same = webhooks.c.id == addressee.webhook_id
    connection.execute(update(webhooks).where(same, webhooks.c.failing_since.is_not(None)).values(failing_since=None))


def note_failure(connection: Connection, addressee: Addressee, failure: Failure, moment: int) -> None:
    """Have the event posted again, or give it up; disable the webhook that has failed for a day, or is gone."""
    answer = failure.answer
    since = _remember(connection, addressee, answer, moment)
    if answer.status == GONE:
        disable(connection, addressee, "It answered 410: it is gone.", moment)
    elif moment - since >= GIVE_UP_MS:
        disable(connection, addressee, f"Nothing was taken for a day. {in_words(answer)}", moment)
    _postpone(connection, addressee, failure, moment)


def disable(connection: Connection, addressee: Addressee, reason: str, moment: int) -> None:
    """Tell the webhook nothing more until somebody enables it."""
    disabled = connection.execute(
        update(webhooks)
        .where(webhooks.c.id == addressee.webhook_id, webhooks.c.disabled_at.is_(None))
        .values(disabled_at=moment, disabled_reason=reason)
    )
    if disabled.rowcount:
        log.warning("webhook_disabled", account_id=addressee.account_id, webhook_id=addressee.webhook_id, reason=reason)


def _remember(connection: Connection, addressee: Addressee, answer: OutboundAnswer, moment: int) -> int:
    same = webhooks.c.id == addressee.webhook_id
    connection.execute(
        update(webhooks)
        .where(same)
        .values(
            failing_since=func.coalesce(webhooks.c.failing_since, moment),
            last_failure_at=moment,
            last_failure_status=answer.status,
            last_failure=in_words(answer),
        )
    )
    since = connection.scalar(select(webhooks.c.failing_since).where(same))
    return moment if since is None else int(since)


def _postpone(connection: Connection, addressee: Addressee, failure: Failure, moment: int) -> None:
    delivery, answer = failure.delivery, failure.answer
    since = delivery.failing_since or moment
    again = next_attempt(delivery.attempts, since, moment, answer.retry_after)
    log.warning(
        "webhook_failed" if again else "webhook_given_up",
        account_id=addressee.account_id,
        webhook_id=addressee.webhook_id,
        event_type=delivery.event,
        attempt=delivery.attempts + 1,
        status=answer.status,
        failure=answer.failure,
    )
    if again is None:
        close(connection, [delivery])
    else:
        postpone(connection, delivery, since, again)
