"""STOP and START: recognised as people write them, and heeded whichever way round they come."""

from itertools import permutations

import pytest

from connectors.service import Service
from connectors.shared.clock import DAY, HOUR, MINUTE, now_ms
from connectors.shared.errors import NotFound
from connectors.shared.incoming.keywords import START_WORDS, STOP_WORDS, Keyword, keyword_of
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.messages.retention import erase_number
from connectors.shared.opt_outs import store
from connectors.shared.opt_outs.store import Scope
from tests.shared.messages.tenants import Tenant, add_tenant

ANN = "919816111111"
START = now_ms() - HOUR


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        *((word, Keyword.STOP) for word in sorted(STOP_WORDS)),
        *((word, Keyword.START) for word in sorted(START_WORDS)),
        ("stop", Keyword.STOP),
        (" Stop. ", Keyword.STOP),
        ("\u00a0STOP\u00a0", Keyword.STOP),
        ("«Стоп!»", Keyword.STOP),
        ("stop 🛑\ufe0f", Keyword.STOP),
        ("❤️ STOP", Keyword.STOP),
        ("\u200bSTOP\u2060\r\n", Keyword.STOP),
        ("ＳＴＯＰ", Keyword.STOP),
        ("STOP\x00", Keyword.STOP),
        ("stop  \n all", Keyword.STOP),
        ("Opt - Out", None),
        ("arrêt", Keyword.STOP),
        ("arre\u0302t", Keyword.STOP),
        ("iptal", Keyword.STOP),
        ("Yes!", Keyword.START),
        ("stop by at six", None),
        ("don't stop", None),
        ("stopp it", None),
        ("unstoppable", None),
        ("yes please", None),
        ("बद", None),
        ("STOP1", None),
        ("", None),
        ("🛑", None),
        ("x" * 10_000, None),
        ("STOP" + " " * 100, Keyword.STOP),
    ],
)
def test_keywords(text: str, keyword: Keyword | None) -> None:
    assert keyword_of(text) is keyword


def test_no_word_is_both() -> None:
    assert {keyword_of(word) for word in STOP_WORDS} == {Keyword.STOP}


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service)


def say(tenant: Tenant, *said: tuple[str, int], sender: str = ANN) -> None:
    """Hand in one batch of (text, moment)."""
    arrived = [IncomingMessage(sender, "4545", text, happened_at) for text, happened_at in said]
    tenant.service.incoming.keep(tenant.connection_id, arrived, Way.POLLED)


def opt_out(tenant: Tenant, number: str = ANN) -> tuple[Scope, str] | None:
    with tenant.service.database.read() as connection:
        try:
            found = store.get(connection, tenant.service.secrets, tenant.account_id, number)
        except NotFound:
            return None
    return found.scope, found.source


def ask_elsewhere(tenant: Tenant, scope: Scope) -> None:
    with tenant.service.database.write() as connection:
        store.add(connection, tenant.service.secrets, tenant.account_id, ANN, scope, "api")


STOPPED = (Scope.ALL, "inbound")


def test_stop_opts_out_of_everything_and_start_in_again(tenant: Tenant) -> None:
    other = add_tenant(tenant.service, "C-TWO")
    ask_elsewhere(tenant, Scope.PROMOTIONAL)
    say(tenant, ("Stop!", START))
    assert (opt_out(tenant), opt_out(other)) == (STOPPED, None)
    say(tenant, ("START", START + MINUTE))
    assert opt_out(tenant) is None


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("words", "left"), [(("START", "STOP", "hello"), STOPPED), (("STOP", "START", "x"), None)])
def test_the_newest_word_counts_whatever_order_they_come_in(
    tenant: Tenant, words: tuple[str, ...], left: tuple[Scope, str] | None, together: bool
) -> None:
    for index, order in enumerate(permutations(range(3))):
        sender = f"91981611110{index}"
        batch = [(words[place], START + place * MINUTE) for place in order]
        for part in [batch] if together else [[said] for said in batch]:
            say(tenant, *part, sender=sender)
        assert opt_out(tenant, sender) == left, order


def test_of_one_moment_stop_counts_within_a_batch_and_else_what_came_last(tenant: Tenant) -> None:
    say(tenant, ("STOP", START), ("START", START))
    assert opt_out(tenant) == STOPPED
    say(tenant, ("yes", START))
    assert opt_out(tenant) is None


@pytest.mark.parametrize(("age", "left"), [(DAY, (Scope.PROMOTIONAL, "api")), (0, None)])
def test_a_start_out_of_a_vendors_history_undoes_nothing_newer(
    tenant: Tenant, age: int, left: tuple[Scope, str] | None
) -> None:
    ask_elsewhere(tenant, Scope.PROMOTIONAL)
    say(tenant, ("START", now_ms() - age))
    assert opt_out(tenant) == left


def test_an_erased_number_stays_opted_out_and_what_it_said_stays_gone(tenant: Tenant) -> None:
    say(tenant, ("START", START), ("STOP", START + MINUTE))
    service = tenant.service
    erase_number(service.database, service.endings, service.forgetting, ANN)
    say(tenant, ("START", START), ("STOP", START + MINUTE))
    assert opt_out(tenant) == STOPPED
    said = IncomingMessage(ANN, "4545", "STOP", START + MINUTE + 1)
    assert service.incoming.keep(tenant.connection_id, [said], Way.CALLBACK) == 0  # it came by polling before


@pytest.mark.parametrize("sender", ["4545", "Brand", "", "9" * 16])
def test_whoever_has_no_phone_cannot_opt_out(tenant: Tenant, sender: str) -> None:
    say(tenant, ("STOP", START), sender=sender)
    assert opt_out(tenant, sender) is None


def test_a_stop_that_is_nobodys_counts_everywhere(tenant: Tenant) -> None:
    others = [add_tenant(tenant.service, name) for name in ("C-TWO", "C-THREE")]
    heed = tenant.service.incoming.heed_stop
    accounts = [tenant.account_id, others[0].account_id]
    heed(accounts, IncomingMessage("+" + ANN, "4545", "start"))
    heed(accounts, IncomingMessage("+" + ANN, "4545", "Стоп"))
    assert [opt_out(each) for each in (tenant, *others)] == [STOPPED, STOPPED, None]
