from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import connectors.shared.messages.tables  # noqa: F401  # declares tables
from connectors.shared.accounts import api_keys
from connectors.shared.accounts.store import insert_account
from connectors.shared.accounts.tables import api_keys as table
from connectors.shared.database import Database, metadata
from connectors.shared.errors import NotFound


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'connectors.sqlite3'}")
    metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def accounts(database: Database) -> tuple[int, int]:
    with database.engine.begin() as connection:
        return insert_account(connection, "C-ONE"), insert_account(connection, "C-TWO")


def create(database: Database, account_id: int) -> str:
    with database.engine.begin() as connection:
        return api_keys.create(connection, account_id)


def holder(database: Database, key: str) -> int | None:
    with database.read() as connection:
        found = api_keys.find_holder(connection, key)
        return found.account_id if found else None


def test_a_key_finds_its_account(database: Database, accounts: tuple[int, int]) -> None:
    keys = [create(database, account_id) for account_id in accounts]
    assert tuple(holder(database, key) for key in keys) == accounts


def test_a_key_is_long_random_and_safe_in_a_shell(database: Database, accounts: tuple[int, int]) -> None:
    keys = {create(database, accounts[0]) for _ in range(20)}
    assert len(keys) == 20
    for key in keys:
        assert key.startswith("mck_")
        assert len(key) >= 4 + 32
        assert key.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("wrong", ["", "mck_", "{key}x", " {key}", "{key}\n", "\x00", "\ud800", "é", "x" * 100_000])
def test_nothing_else_finds_one(database: Database, accounts: tuple[int, int], wrong: str) -> None:
    key = create(database, accounts[0])
    assert holder(database, wrong.replace("{key}", key)) is None
    assert holder(database, key.swapcase()) is None


def test_the_key_itself_is_kept_nowhere(database: Database, accounts: tuple[int, int], tmp_path: Path) -> None:
    key = create(database, accounts[0])
    with database.read() as connection:
        row = connection.execute(select(table)).one()
    assert row.hint == key[:10]
    assert len(row.digest) == 32
    secret = key[10:].encode()
    assert not [path for path in tmp_path.iterdir() if secret in path.read_bytes()]


def test_keys_are_listed_by_account_without_their_secret(database: Database, accounts: tuple[int, int]) -> None:
    first, second = create(database, accounts[0]), create(database, accounts[0])
    create(database, accounts[1])
    with database.read() as connection:
        listed = api_keys.list_keys(connection, accounts[0])
    assert [key["hint"] for key in listed] == [first[:10], second[:10]]
    assert all(key.keys() == {"id", "hint", "created_at", "revoked_at"} for key in listed)
    assert all(key["created_at"].endswith("Z") and key["revoked_at"] is None for key in listed)


def test_a_revoked_key_finds_nobody_and_is_still_listed(database: Database, accounts: tuple[int, int]) -> None:
    key, other = create(database, accounts[0]), create(database, accounts[0])
    with database.engine.begin() as connection:
        key_id = api_keys.list_keys(connection, accounts[0])[0]["id"]
        api_keys.revoke(connection, accounts[0], key_id)
        revoked = api_keys.list_keys(connection, accounts[0])[0]
        api_keys.revoke(connection, accounts[0], key_id)
        assert api_keys.list_keys(connection, accounts[0])[0] == revoked
    assert revoked["revoked_at"] is not None
    assert holder(database, key) is None
    assert holder(database, other) == accounts[0]


def test_nobody_revokes_a_stranger_s_key(database: Database, accounts: tuple[int, int]) -> None:
    key = create(database, accounts[0])
    with database.engine.begin() as connection:
        key_id = api_keys.list_keys(connection, accounts[0])[0]["id"]
        with pytest.raises(NotFound):
            api_keys.revoke(connection, accounts[1], key_id)
        with pytest.raises(NotFound):
            api_keys.revoke(connection, accounts[0], key_id + 1)
    assert holder(database, key) == accounts[0]
