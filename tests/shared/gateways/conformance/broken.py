"""Parts of gateways that break a promise, each in its own way, around parts that keep it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from connectors.shared.errors import StoreUnavailable
from connectors.shared.gateways.base import Fault, Gateway, Outgoing, Recipient, SendResult, Verdict


class Around:
    """A good gateway, with everything passed on; the broken ones differ in one thing."""

    def __init__(self, good: Gateway) -> None:
        self.good = good
        self.name = good.name
        self.most_at_once = good.most_at_once
        self.fills_patterns = good.fills_patterns

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        return self.good.send(connection_id, outgoing, recipients)

    def most_recipients(self, outgoing: Outgoing) -> int:
        return self.good.most_recipients(outgoing)

    def lists(self, text: str) -> bool:
        return self.good.lists(text)

    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        return self.good.prove(connection_id, timeout)


Change = Callable[[SendResult], SendResult]


def answering(change: Change) -> Callable[[Gateway], Gateway]:
    """Break what a good gateway answers."""

    class Answering(Around):
        def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
            return change(super().send(connection_id, outgoing, recipients))

    return Answering


def instead(of: Verdict, verdict: Verdict, fault: Fault | None = None, **values: Any) -> Callable[[Gateway], Gateway]:
    """Answer another verdict in place of one."""

    def change(result: SendResult) -> SendResult:
        if result.verdict is not of:
            return result
        return replace(result, verdict=verdict, fault=fault or result.fault, **values)

    return answering(change)


def saying(text: Callable[[str], str]) -> Callable[[Gateway], Gateway]:
    """Send another text than was written."""

    class Saying(Around):
        def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
            return super().send(connection_id, replace(outgoing, text=text(outgoing.text)), recipients)

    return Saying


class Raises(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        result = super().send(connection_id, outgoing, recipients)
        if result.verdict is Verdict.IN_DOUBT:
            raise ConnectionError("the connection was lost")
        return result


class Repeats(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        result = super().send(connection_id, outgoing, recipients)
        if result.verdict is Verdict.IN_DOUBT:
            return super().send(connection_id, outgoing, recipients)
        return result


class RetriesWhenThrottled(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        result = super().send(connection_id, outgoing, recipients)
        if result.retry_after:
            return super().send(connection_id, outgoing, recipients)
        return result


class SendsTwice(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        super().send(connection_id, outgoing, recipients)
        return super().send(connection_id, outgoing, recipients)


class DropsOne(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        return super().send(connection_id, outgoing, recipients[:-1] if len(recipients) > 1 else recipients)


class SaysTheSameToAll(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        alike = [replace(each, variables=recipients[0].variables) for each in recipients]
        return super().send(connection_id, outgoing, alike)


class LosesZeros(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        short = [replace(each, national=str(int(each.national))) for each in recipients]
        return super().send(connection_id, outgoing, short)


class IgnoresTheSenderId(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        return super().send(connection_id, replace(outgoing, sender_id="UTOMOB"), recipients)


class MisplacesExceptions(Around):
    """It sends singly, and says from the wrong end who was refused."""

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        results = [super(MisplacesExceptions, self).send(connection_id, outgoing, [each]) for each in recipients]
        refused = [(place, each) for place, each in enumerate(reversed(results)) if each.verdict is Verdict.REFUSED]
        return replace(results[0], verdict=Verdict.ACCEPTED, fault=Fault.NOBODY, exceptions=tuple(refused))


class UsesAnothersCredentials(Around):
    first: int | None = None

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        self.first = self.first or connection_id
        return super().send(self.first, outgoing, recipients)


class MixesThreadsUp(Around):
    """What is being sent is kept where every thread keeps it."""

    def __init__(self, good: Gateway) -> None:
        super().__init__(good)
        self._two = threading.Barrier(2)

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        self._outgoing = outgoing
        self._wait_for_another()
        return super().send(connection_id, self._outgoing, recipients)

    def _wait_for_another(self) -> None:
        try:
            self._two.wait(0.2)
        except threading.BrokenBarrierError:
            return


class TrustsWhatItKnew(Around):
    """A connection that was right once is never asked for its credentials again; nor one that was wrong."""

    def __init__(self, good: Gateway) -> None:
        super().__init__(good)
        self._secrets: dict[int, SendResult] = {}

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        if connection_id in self._secrets:
            return self._secrets[connection_id]
        self._secrets[connection_id] = SendResult(Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "old", "An old password.")
        return super().send(connection_id, outgoing, recipients)


class RaisesForUnreadableSecrets(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        result = super().send(connection_id, outgoing, recipients)
        if result.code == "secret_unreadable":
            raise ValueError(result.explanation)
        return result


class ForgetsTheFirstTry(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        return super().send(connection_id, replace(outgoing, first_try=True), recipients)


class ProvesAnybody(Around):
    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        super().prove(connection_id, timeout)
        return SendResult(Verdict.ACCEPTED, Fault.NOBODY)


class BlamesAccountsForOutages(Around):
    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        result = super().prove(connection_id, timeout)
        if result.verdict is Verdict.ACCEPTED:
            return result
        return replace(result, verdict=Verdict.ACCOUNT_REFUSED, fault=Fault.ACCOUNT)


class ProvesBySending(Around):
    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        outgoing = Outgoing("Test", "UTOMOB", "SMS", "TRANSACTION", None, None)
        return self.send(connection_id, outgoing, [Recipient("91", "9800000000")])


def short_of_words(result: SendResult) -> SendResult:
    return replace(result, explanation="ReadTimeout()") if result.explanation else result


def refused_for_the_recipient(result: SendResult) -> SendResult:
    if result.verdict is not Verdict.ACCOUNT_REFUSED:
        return result
    return replace(result, verdict=Verdict.REFUSED, fault=Fault.RECIPIENT)


class TurnsExceptionsRound(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        result = super().send(connection_id, outgoing, recipients)
        last = len(recipients) - 1
        return replace(result, exceptions=tuple((last - place, other) for place, other in result.exceptions))


class RotatesTexts(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        texts = [each.text for each in recipients]
        mixed = [replace(each, text=text) for each, text in zip(recipients, texts[1:] + texts[:1], strict=True)]
        return super().send(connection_id, outgoing, mixed)


class CutsToFit(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        return super().send(connection_id, replace(outgoing, text=outgoing.text[:1_000]), recipients)


class SendsEverythingBySms(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        return super().send(connection_id, replace(outgoing, channel="SMS"), recipients)


class NamesASender(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        return super().send(connection_id, replace(outgoing, sender_id=outgoing.sender_id or "INFO"), recipients)


class TrimsForMany(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        text = outgoing.text.strip() if len(recipients) > 1 else outgoing.text
        return super().send(connection_id, replace(outgoing, text=text), recipients)


class DoubtsSecondTries(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        result = super().send(connection_id, outgoing, recipients)
        return result if outgoing.first_try else replace(result, verdict=Verdict.IN_DOUBT)


class RaisesForRemovedConnections(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        result = super().send(connection_id, outgoing, recipients)
        if result.code == "account_removed":
            raise LookupError(result.explanation)
        return result


class FailsWithoutADatabase(Around):
    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        try:
            return super().send(connection_id, outgoing, recipients)
        except StoreUnavailable:
            return SendResult(Verdict.REFUSED, Fault.NOBODY, "error", "There was an error.")


class ClaimsMany(Around):
    def most_recipients(self, outgoing: Outgoing) -> int:
        return 100


class ProvesAtLeisure(Around):
    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        return super().prove(connection_id, 30.0)


class DoubtsProofs(Around):
    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        result = super().prove(connection_id, timeout)
        return replace(result, verdict=Verdict.IN_DOUBT) if result.verdict is Verdict.TRY_AGAIN else result
