"""What follows from a message from a phone: webhooks are told, and in the end it is forgotten."""

from collections.abc import Callable, Iterator

import pytest

from connectors.service import Service
from connectors.shared.clock import DAY, now_ms
from connectors.shared.incoming import forgetting
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.incoming.store import list_incoming
from connectors.shared.messages.retention import erase_number
from connectors.shared.webhooks.events import MESSAGE_RECEIVED
from tests.api.ledger import Tenant
from tests.shared.webhooks.house import House, wait_until
from tests.shared.webhooks.receiver import Receiver

ANN, BEN = "919816111111", "919816222222"
MOMENT = 1_795_248_004_000


@pytest.fixture
def house(service: Service) -> Iterator[House]:
    house = House(service)
    yield house
    house.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def tenant(house: House) -> Tenant:
    return house.tenant()


def arrive(tenant: Tenant, sender: str = ANN, text: str = "привет", happened_at: int = MOMENT) -> bool:
    message = IncomingMessage(sender, "4545", text, happened_at)
    return bool(tenant.service.incoming.keep(tenant.connection_id, [message, message], Way.CALLBACK))


def kept(tenant: Tenant) -> list[tuple[str | None, str | None]]:
    with tenant.service.database.read() as connection:
        found = list_incoming(connection, tenant.account_id, sender=None, before_id=None, limit=100)
    return [(entry["from"], entry["text"]) for entry in found]


def test_webhooks_that_listen_are_told_in_the_shape_of_the_api(
    house: House, tenant: Tenant, receiver: Receiver
) -> None:
    house.webhook(tenant, receiver.url(), [MESSAGE_RECEIVED])
    house.webhook(tenant, receiver.url() + "&other", ["message.delivered"])
    house.webhook(house.tenant("C-TWO"), receiver.url(), [MESSAGE_RECEIVED])
    assert arrive(tenant)
    assert not arrive(tenant)
    house.moment = now_ms()
    poster = house.poster()
    wait_until(lambda: house.owed() == [], poster.post_due)
    (post,) = receiver.posts
    with house.database.read() as connection:
        (shown,) = list_incoming(connection, tenant.account_id, sender=None, before_id=None, limit=2)
    assert post.event == {"type": MESSAGE_RECEIVED, "timestamp": "2026-11-21T08:00:04Z", "data": shown}
    assert (shown["from"], shown["text"]) == (f"+{ANN}", "привет")


def test_what_cannot_be_told_everybody_is_not_kept(house: House, tenant: Tenant) -> None:
    def fail(*_given: object) -> None:
        raise RuntimeError("one of them fails")

    house.webhook(tenant, "https://hooks.shop.example/sms", [MESSAGE_RECEIVED])
    house.service.arrivals.register(fail)
    with pytest.raises(RuntimeError):
        arrive(tenant, text="STOP")
    assert (kept(tenant), house.owed()) == ([], [])


def _erase(house: House) -> None:
    erase_number(house.database, house.service.endings, house.service.forgetting, ANN)


def _purge(house: House) -> None:
    forgetting.purge(house.database, house.service.arrivals, now_ms() + DAY)


@pytest.mark.parametrize("forget", [_erase, _purge])
def test_what_is_forgotten_does_not_come_back(house: House, tenant: Tenant, forget: Callable[[House], None]) -> None:
    assert arrive(tenant)
    forget(house)
    assert kept(tenant) == [(None, None)]
    assert not arrive(tenant)
    polled = IncomingMessage(ANN, "4545", "привет", MOMENT + 1)
    assert house.service.incoming.keep(tenant.connection_id, [polled], Way.POLLED) == 0
    assert kept(tenant) == [(None, None)]
    assert not house.database.file_holds(ANN.encode())


def test_others_stay(house: House, tenant: Tenant) -> None:
    other = house.tenant("C-TWO")
    for each in (tenant, other):
        arrive(each, ANN, "mine")
        arrive(each, BEN, "yours")
    with house.database.write() as connection:
        forgetting.forget_of_account(house.service.arrivals, connection, tenant.account_id, {ANN})
    assert kept(tenant) == [(f"+{BEN}", "yours"), (None, None)]
    assert kept(other) == [(f"+{BEN}", "yours"), (f"+{ANN}", "mine")]


def test_a_purge_takes_what_is_older_and_goes_on_from_there(
    house: House, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "SLICE", 2)
    for index in range(5):
        arrive(tenant, text=str(index))
    forgetting.purge(house.database, house.service.arrivals, now_ms() - DAY)
    assert len({text for _, text in kept(tenant)}) == 5
    forgetting.purge(house.database, house.service.arrivals, now_ms() + DAY)
    arrive(tenant, text="new")
    forgetting.purge(house.database, house.service.arrivals, now_ms() + DAY)
    assert set(kept(tenant)) == {(None, None)}
