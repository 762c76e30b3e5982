"""Opt-outs as the dispatcher asks for them, and as they outlive erasure and new keys."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from connectors.service import Service
from connectors.shared.accounts.store import Defaults, Login, add_account
from connectors.shared.errors import NotFound
from connectors.shared.messages.retention import erase_number, remove_account
from connectors.shared.opt_outs import store
from connectors.shared.opt_outs.store import OptOut, Scope, blocks
from connectors.shared.opt_outs.tables import opt_outs
from connectors.shared.secrets import SecretBox

ANN = "919816111111"
BEN = "919816222222"
CAT = "15005550006"


class OptOuts:
    """The store, a transaction a call, as one account."""

    def __init__(self, service: Service, account_id: int, *keys: str) -> None:
        self.service = service
        self.account_id = account_id
        self.secrets = SecretBox(keys) if keys else service.secrets

    def add(self, number: str, scope: Scope = Scope.PROMOTIONAL, source: str = "tests") -> OptOut:
        with self.service.database.write() as connection:
            return store.add(connection, self.secrets, self.account_id, number, scope, source)

    def add_all(self, *numbers: str, scope: Scope = Scope.PROMOTIONAL) -> int:
        with self.service.database.write() as connection:
            return store.add_all(connection, self.secrets, self.account_id, numbers, scope, "file")

    def get(self, number: str) -> OptOut:
        with self.service.database.read() as connection:
            return store.get(connection, self.secrets, self.account_id, number)

    def remove(self, number: str) -> None:
        with self.service.database.write() as connection:
            store.remove(connection, self.secrets, self.account_id, number)

    def of(self, *numbers: str) -> dict[str, Scope]:
        with self.service.database.read() as connection:
            return store.opted_out(connection, self.secrets, self.account_id, numbers)

    def all(self, page: int) -> Iterator[OptOut]:
        before = None
        while True:
            with self.service.database.read() as connection:
                found = store.list_opt_outs(connection, self.account_id, before=before, limit=page)
            if not found:
                return
            yield from found
            before = found[-1].position


@pytest.fixture
def account_id(service: Service) -> int:
    with service.database.write() as connection:
        return add_account(connection, service.secrets, Login("C-ONE", "password"), Defaults())


@pytest.fixture
def mine(service: Service, account_id: int) -> OptOuts:
    return OptOuts(service, account_id)


@pytest.fixture
def strangers(service: Service) -> OptOuts:
    with service.database.write() as connection:
        return OptOuts(service, add_account(connection, service.secrets, Login("C-TWO", "password"), Defaults()))


@pytest.mark.parametrize(
    ("scope", "message_type", "blocked"),
    [
        (Scope.PROMOTIONAL, "PROMOTIONAL", True),
        (Scope.PROMOTIONAL, "TRANSACTION", False),
        (Scope.PROMOTIONAL, "OTP", False),
        (Scope.ALL, "PROMOTIONAL", True),
        (Scope.ALL, "TRANSACTION", True),
        (Scope.ALL, "OTP", False),
    ],
)
def test_what_is_blocked(scope: Scope, message_type: str, blocked: bool) -> None:
    assert blocks(scope, message_type) is blocked


def test_those_who_opted_out_are_found_among_many(mine: OptOuts, strangers: OptOuts) -> None:
    mine.add(ANN)
    mine.add(BEN, Scope.ALL)
    many = [f"9198{index:08}" for index in range(store.SLICE)]
    expected = {ANN: Scope.PROMOTIONAL, BEN: Scope.ALL}
    assert mine.of(ANN, *many, BEN, ANN, CAT) == expected
    assert mine.of() == {}
    assert strangers.of(ANN, BEN) == {}


def test_saying_it_again_sets_the_scope_and_keeps_the_date(mine: OptOuts) -> None:
    first = mine.add(ANN, Scope.ALL)
    with mine.service.database.write() as connection:
        connection.execute(update(opt_outs).values(created_at=1))
    again = mine.add(ANN, Scope.PROMOTIONAL, "api")
    assert (again.scope, again.source, again.created_at) == (Scope.PROMOTIONAL, "api", 1)
    assert again.number == first.number == ANN
    assert list(mine.all(10)) == [again]


def test_a_list_adds_and_widens_but_never_narrows(mine: OptOuts) -> None:
    mine.add(ANN, Scope.ALL)
    assert mine.add_all(ANN, BEN, scope=Scope.PROMOTIONAL) == 1
    assert mine.of(ANN, BEN) == {ANN: Scope.ALL, BEN: Scope.PROMOTIONAL}
    assert mine.add_all(ANN, BEN, CAT, scope=Scope.ALL) == 1
    assert set(mine.of(ANN, BEN, CAT).values()) == {Scope.ALL}
    assert mine.add_all() == 0


def test_whoever_is_removed_may_be_texted_again(mine: OptOuts, strangers: OptOuts) -> None:
    mine.add(ANN)
    strangers.add(ANN)
    mine.remove(ANN)
    assert mine.of(ANN) == {}
    assert strangers.of(ANN) == {ANN: Scope.PROMOTIONAL}
    for missing in (mine.get, mine.remove):
        with pytest.raises(NotFound):
            missing(ANN)


@pytest.mark.parametrize("page", [1, 2, 7, 100])
def test_a_list_is_walked_from_the_newest_and_nobody_is_left_out(mine: OptOuts, strangers: OptOuts, page: int) -> None:
    imported = [f"9198{index:08}" for index in range(7)]
    mine.add_all(*imported)
    with mine.service.database.write() as connection:
        connection.execute(update(opt_outs).values(created_at=1))
    mine.add(ANN)
    strangers.add(BEN)
    walked = [entry.number for entry in mine.all(page)]
    assert walked[0] == ANN
    assert sorted(number for number in walked[1:] if number) == imported


@pytest.mark.parametrize("scope", list(Scope))
def test_the_erased_stay_opted_out(mine: OptOuts, strangers: OptOuts, scope: Scope) -> None:
    since = mine.add(ANN, scope).created_at
    strangers.add(ANN)
    strangers.add(BEN)
    service = mine.service
    erase_number(service.database, service.endings, service.forgetting, ANN)
    with service.database.read() as connection:
        left = connection.scalars(select(opt_outs.c.number)).all()
    assert sorted(left, key=str) == [BEN, None, None]
    assert mine.of(ANN, BEN) == {ANN: scope}
    assert strangers.of(ANN, BEN) == {ANN: Scope.PROMOTIONAL, BEN: Scope.PROMOTIONAL}
    entry = mine.get(ANN)
    assert (entry.number, entry.scope, entry.created_at) == (None, scope, since)
    assert ANN not in repr(entry)
    # An old list does not bring back what was erased; a person who is asked may.
    assert mine.add_all(ANN, scope=Scope.ALL) == 0
    assert (mine.get(ANN).number, mine.get(ANN).scope) == (None, Scope.ALL)
    mine.add(ANN)
    assert [known.number for known in mine.all(10)] == [ANN]
    strangers.remove(ANN)
    assert strangers.of(ANN) == {}


def test_opt_outs_outlive_a_new_key(service: Service, account_id: int) -> None:
    old = OptOuts(service, account_id, "old")
    old.add(ANN, Scope.ALL)
    old.add(BEN)
    both = OptOuts(service, account_id, "new", "old")
    with service.database.write() as connection:
        store.forget(both.secrets, connection, BEN)  # erased once the new key was there
        store.forget(old.secrets, connection, CAT)
    assert both.of(ANN, BEN) == {ANN: Scope.ALL, BEN: Scope.PROMOTIONAL}
    new = OptOuts(service, account_id, "new")
    assert new.of(ANN, BEN) == {ANN: Scope.ALL, BEN: Scope.PROMOTIONAL}
    new.add(ANN)
    assert len(list(new.all(10))) == 2
    assert new.of(ANN) == {ANN: Scope.PROMOTIONAL}
    new.remove(BEN)
    new.remove(ANN)
    assert list(new.all(10)) == []


def test_the_erased_are_known_as_long_as_the_key_they_were_erased_under(service: Service, account_id: int) -> None:
    old = OptOuts(service, account_id, "old")
    old.add(ANN)
    with service.database.write() as connection:
        store.forget(old.secrets, connection, ANN)
    assert OptOuts(service, account_id, "new", "old").of(ANN) == {ANN: Scope.PROMOTIONAL}
    assert OptOuts(service, account_id, "new").of(ANN) == {}


def test_a_removed_account_takes_its_opt_outs_along(mine: OptOuts) -> None:
    mine.add(ANN)
    remove_account(mine.service.database, mine.service.forgetting, mine.account_id)
    with mine.service.database.read() as connection:
        assert connection.execute(select(opt_outs)).all() == []
