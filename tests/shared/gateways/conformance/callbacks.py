"""The callback route: what it says to logs, and what it does not even read."""

import io

from connectors.shared.gateways.features import Features
from tests.shared.gateways.conformance.bench import SENDER_ID, Stand
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.incoming import _from_phones
from tests.shared.gateways.conformance.receipts import CONTENT_TYPES
from tests.shared.gateways.conformance.secrecy import _assert_not_told, overhearing
from tests.shared.gateways.conformance.vendor import Callback, Fate, Sent, Signature

ENDLESS = 64 * 1024**2 + 1


def _called(features: Features) -> bool:
    return features.receipts == "callback" or "callback" in features.incoming


def _callbacks(stand: Stand) -> tuple[list[Callback], set[str]]:
    """Return what the vendor may bring, right and wrong, and what nobody may read of it."""
    features = stand.bench.kind.features
    brought: list[Callback] = []
    secrets: set[str] = set()
    if features.receipts == "callback":
        sent = Sent(stand.recipient().digits, "a text", SENDER_ID, None)
        for fate in Fate:
            brought += [stand.vendor.receipt(sent, "987654321", fate, signature) for signature in Signature]
        secrets |= {sent.digits, sent.digits[2:]}
    if "callback" in features.incoming:
        for arrived in _from_phones(stand, ("Тайна, from a phone", "STOP")):
            brought.append(stand.vendor.incoming(arrived))
            secrets |= {arrived.sender, arrived.sender[2:], "Тайна, from a phone"}
    cut = [Callback(each.body[: len(each.body) * 2 // 3], each.content_type, each.query) for each in brought]
    return [*brought, *cut], secrets


@check(_called)
def callbacks_tell_nothing_secret(stand: Stand) -> None:
    """Neither the token, which is all that it takes to call us, nor whose phone it is about."""
    account = stand.service.callback_tokens.of_account(stand.connect().account_id)
    tokens = (account, stand.service.callback_tokens.of_operator(), "a-wrong-token")
    callbacks, secrets = _callbacks(stand)
    stand.client.get("/")  # builds the app, which is not what is listened to
    with overhearing() as heard:
        for token in tokens:
            for callback in callbacks:
                stand.call_back(callback, token)
    _assert_not_told(secrets | set(tokens), heard)


class _Endless(io.RawIOBase):
    """A body that nobody should begin to read; it ends at once for who does."""

    reads = 0
    place = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Say how long it is: the test client asks, and declares it as Content-Length."""
        self.place = ENDLESS if whence == io.SEEK_END else offset
        return self.place

    def tell(self) -> int:
        return self.place

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object, /) -> int:
        self.reads += 1
        return 0


@check(_called)
def an_endless_callback_is_refused_unread(stand: Stand) -> None:
    """Some at once would fill the memory."""
    token = stand.service.callback_tokens.of_operator()
    for kind in CONTENT_TYPES:
        body = _Endless()
        response = stand.call_back_with(body, kind, token)
        assert body.reads == 0, f"as {kind}: it is read"
        assert response.status_code == 413, f"as {kind}: {response.status_code}"
