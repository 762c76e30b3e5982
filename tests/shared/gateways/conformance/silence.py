"""A vendor that says nothing holds nobody up: a gateway waits for as long as it was told to, and no longer."""

import threading
from collections.abc import Callable

from tests.shared.gateways.conformance.bench import TIMEOUT_SECONDS, Stand
from tests.shared.gateways.conformance.checks import check
from tests.shared.gateways.conformance.vendor import Mood

PATIENCE = 3.0
"""Seconds after which a call that was given TIMEOUT_SECONDS is taken not to end."""


def _watched(stand: Stand, call: Callable[[], object]) -> None:
    """Make a call, and stop watching it after PATIENCE. Raises what it raises, or AssertionError."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # handed on below
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    late = thread.is_alive()
    if late:
        # That cuts the connection it is waiting on, so that no thread is left behind.
        stand.vendor.leave()
        thread.join(PATIENCE)
    assert not late, f"it was to wait for {TIMEOUT_SECONDS} seconds, and still waits after {PATIENCE:.0f}"
    if raised:
        raise raised[0]


@check(moods=(Mood.TAKES_TOO_LONG,))
def a_silent_vendor_is_not_waited_for(stand: Stand) -> None:
    """Each call that waits holds one of the dispatcher's threads."""
    line = stand.connect()
    stand.send_one(line)
    stand.vendor.mood = Mood.TAKES_TOO_LONG
    _watched(stand, lambda: stand.send_one(line))


@check()
def proving_keeps_to_its_timeout(stand: Stand) -> None:
    """Somebody sits before a page, or a command, that waits for it."""
    line = stand.connect()
    stand.vendor.about_all, stand.vendor.mood = True, Mood.TAKES_TOO_LONG
    _watched(stand, lambda: stand.gateway.prove(line.connection_id, TIMEOUT_SECONDS))
