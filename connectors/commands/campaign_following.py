"""One campaign as a command follows it: looked at, watched, and told of in the end."""

from typing import Any

from rich.console import Console

from connectors.commands.campaign_pages import SKIPS_SHOWN, of, print_outcome
from connectors.commands.campaign_progress import (
    AWAITING,
    NEVER_SENT,
    Ending,
    count,
    shown_on,
    watch,
)
from connectors.commands.dispatchers import NOBODY_SENDS, anybody_sends, why_waiting
from connectors.commands.options import Account
from connectors.commands.terminal import legible, local_time, say
from connectors.service import Service
from connectors.shared.campaigns.states import OPEN, CampaignState
from connectors.shared.campaigns.store import get_campaign, list_skips
from connectors.shared.messages.queries import Filter, list_messages
from connectors.shared.messages.states import Status

_BADLY = (*NEVER_SENT, Status.UNDELIVERED, Status.EXPIRED, Status.REJECTED)


class Followed:
    """A campaign of an account."""

    def __init__(self, service: Service, account: Account, campaign_id: str) -> None:
        self._service = service
        self._account = account
        self.id = campaign_id

    def look(self) -> dict[str, Any]:
        """Return it in the API's shape. Raises NotFound."""
        with self._service.database.read() as connection:
            return get_campaign(connection, self._account.id, self.id)

    def command(self, verb: str, more: str = "") -> str:
        """Return a command line about it, for a person to copy."""
        return self._account.command(f"campaign {verb} {self.id}{more}")

    def follow(self, console: Console, patience: float) -> dict[str, Any]:
        """Show how it goes until there is nothing more to see, and say why; returns how it stands then."""
        if not anybody_sends(self._service):
            campaign, ending = self.look(), Ending.NOBODY_SENDS
            if not _has_open(campaign):
                ending = Ending.OVER
        else:
            with shown_on(console) as show:
                campaign, ending = watch(
                    self.look, lambda: why_waiting(self._service, self._account.id), show, patience
                )
        for line in self._explain(campaign, ending, patience):
            say(console, legible(line))
        return campaign

    def tell(self, console: Console, campaign: dict[str, Any]) -> None:
        """Print what became of how many, and where to read more."""
        with self._service.database.read() as connection:
            skips = list_skips(connection, self._account.id, self.id, -1, SKIPS_SHOWN)
        print_outcome(console, campaign, self._examples(campaign), skips)
        if campaign["total"]:
            say(console, f"\nEvery row with what became of it: {self.command('report', ' -o report.xlsx')}")

    def _examples(self, campaign: dict[str, Any]) -> dict[str, str]:
        """Return why one message ended so, for each bad end that there is."""
        found = {}
        for status in _BADLY:
            if campaign["counts"][status]:
                chosen = Filter(status=status, campaign_id=self.id)
                with self._service.database.read() as connection:
                    (message,) = list_messages(connection, self._account.id, chosen, before_id=None, limit=1)
                found[status.value] = (message["error"] or {}).get("message") or ""
        return found

    def _explain(self, campaign: dict[str, Any], ending: Ending, patience: float) -> list[str]:
        again = f"Look again with {self.command('show')}."
        match ending:
            case Ending.OVER:
                return _over(campaign)
            case Ending.LATER:
                return [*_later(campaign), again]
            case Ending.NOBODY_SENDS:
                return [f"Kept. {NOBODY_SENDS} It goes on from there by itself. {again}"]
            case Ending.LEFT:
                return [
                    f"It goes on without you. Watch it with {self.command('show', ' --watch')},",
                    f"hold it back with {self.command('pause')}, end it with {self.command('cancel')}.",
                ]
            case Ending.NO_CHANGE:
                return [f"Nothing has changed for {patience:,.0f} seconds. {self._still_open(campaign)} {again}"]

    def _still_open(self, campaign: dict[str, Any]) -> str:
        counts = campaign["counts"]
        waiting, doubtful = count(counts, *OPEN), counts[Status.UNCONFIRMED]
        words = []
        if campaign["state"] == CampaignState.PAUSED:
            words.append(f"It is paused: {self.command('resume')} lets it go on.")
        if campaign["imported_at"] is None:
            words.append("Its file is still being read.")
        elif waiting:
            words.append(f"{of(waiting, 'message')} still to be sent.")
            words.append(why_waiting(self._service, self._account.id) or "")
        if counts[Status.SENT]:
            words.append(f"{of(counts[Status.SENT], 'receipt')} still to come.")
        if doubtful:
            settle = self.command("resolve", " --as sent|failed|resend")
            words.append(f"{of(doubtful, 'message')} in doubt: a receipt settles it, or {settle}.")
        return " ".join(filter(None, words))


def worked(campaign: dict[str, Any]) -> bool:
    """Whether it was sent to anybody, or still may be."""
    state, counts = campaign["state"], campaign["counts"]
    if state in (CampaignState.FAILED, CampaignState.CANCELED):
        return False
    if state != CampaignState.FINISHED:
        return True
    return count(counts, Status.DELIVERED, Status.UNKNOWN, *AWAITING) > 0


def _has_open(campaign: dict[str, Any]) -> bool:
    return campaign["state"] == CampaignState.IMPORTING or count(campaign["counts"], *OPEN) > 0


def _over(campaign: dict[str, Any]) -> list[str]:
    if campaign["state"] == CampaignState.FAILED:
        return [f"The campaign failed: {campaign['error']['message'] if campaign['error'] else 'no reason is known.'}"]
    if campaign["state"] == CampaignState.CANCELED:
        return ["The campaign was canceled."]
    if not sum(campaign["counts"].values()):
        return ["Nobody is texted: every row was left out."]
    return []


def _later(campaign: dict[str, Any]) -> list[str]:
    waiting = count(campaign["counts"], *OPEN)
    if campaign["state"] == CampaignState.SCHEDULED:
        return [f"{of(waiting, 'message')} will go out on {local_time(campaign['due_at'])}."]
    held = campaign["held"]
    reasons = (
        ("outside_hours", "until the hours in which promotions may go where the phones are"),
        ("daily_limit", "until tomorrow, since the limit of messages a day is reached"),
    )
    return [f"{of(held[name], 'message')} held {why}." for name, why in reasons if held[name]]
