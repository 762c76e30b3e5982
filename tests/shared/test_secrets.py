import multiprocessing
import os
import stat
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shared.secrets import KeyFileUnusable, SecretBox, SecretUnreadable, load_or_create_key

BOX = SecretBox(["old key"])
ROTATED = SecretBox(["новый ключ", "old key"])
STRANGER = SecretBox(["another key"])

# Half a surrogate pair too: JSON may carry one.
ANY_TEXT = st.text(alphabet=st.characters())


@given(ANY_TEXT)
def test_decrypts_what_it_encrypted(plain: str) -> None:
    assert BOX.decrypt(BOX.encrypt(plain)) == plain


def test_sealing_hides_the_secret_and_differs_each_time() -> None:
    sealed = BOX.encrypt("pässword")
    assert "pässword" not in sealed
    assert sealed != BOX.encrypt("pässword")


def test_a_rotated_box_reads_the_old_and_writes_with_the_new() -> None:
    assert ROTATED.decrypt(BOX.encrypt("password")) == "password"
    with pytest.raises(SecretUnreadable):
        BOX.decrypt(ROTATED.encrypt("password"))


def test_another_key_is_told_in_words() -> None:
    sealed = BOX.encrypt("password")
    with pytest.raises(SecretUnreadable, match="CONNECTORS_SECRET_KEY changed") as refusal:
        STRANGER.decrypt(sealed)
    assert sealed not in str(refusal.value)


@given(st.integers(min_value=0), st.characters())
def test_what_was_tampered_with_is_never_read(position: int, character: str) -> None:
    sealed = BOX.encrypt("a password")
    at = position % len(sealed)
    tampered = sealed[:at] + character + sealed[at + 1 :]
    try:
        # The last digit of Base64 before its padding has bits that mean nothing.
        assert BOX.decrypt(tampered) == "a password"
    except SecretUnreadable:
        assert tampered != sealed


def test_a_changed_octet_is_noticed() -> None:
    sealed = BOX.encrypt("a password")
    for at in range(len(sealed) - 4):
        with pytest.raises(SecretUnreadable):
            BOX.decrypt(sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :])


@given(ANY_TEXT)
def test_what_is_no_sealed_secret_is_unreadable(text: str) -> None:
    with pytest.raises(SecretUnreadable):
        BOX.decrypt(text)


@given(st.lists(ANY_TEXT, max_size=4), st.lists(ANY_TEXT, max_size=4))
def test_digests_are_equal_only_for_the_same_parts(parts: list[str], others: list[str]) -> None:
    assert (BOX.digest(*parts) == BOX.digest(*others)) == (parts == others)


@pytest.mark.parametrize("others", [("a", "bc"), ("abc",), ("ab", "c", ""), ("", "ab", "c"), ()])
def test_cuts_matter(others: tuple[str, ...]) -> None:
    assert BOX.digest("ab", "c") != BOX.digest(*others)
    assert BOX.token("ab", "c") != BOX.token("", *others)


def test_a_digest_depends_on_the_key_and_survives_a_rotation() -> None:
    digest = BOX.digest("C-1", "password")
    assert len(digest) == 32
    assert digest != STRANGER.digest("C-1", "password")
    assert ROTATED.digests("C-1", "password") == (ROTATED.digest("C-1", "password"), digest)
    assert ROTATED.digest("C-1", "password") != digest


def test_a_token_is_stable_url_safe_and_of_one_purpose() -> None:
    token = BOX.token("callback", "account-1")
    assert token == SecretBox(["old key"]).token("callback", "account-1")
    assert len(token) >= 32
    assert token.isascii()
    assert token.isalnum()
    others = [BOX.token("callback", "account-2"), BOX.token("state", "account-1"), STRANGER.token("callback")]
    assert token not in others
    assert ROTATED.tokens("callback", "account-1") == (ROTATED.token("callback", "account-1"), token)


def test_a_token_gives_no_digest_away() -> None:
    assert not BOX.digest("callback", "account-1").hex().startswith(BOX.token("callback", "account-1"))


def test_values_stay_the_same_from_release_to_release() -> None:
    # Stored digests and tokens that others hold hang on these: a change here breaks every installation.
    assert BOX.digest("C-1", "password").hex() == "0302b8b5cf304519d7ceff28601e47fb63ad89d28022104ebd00d5b489466cca"
    assert BOX.token("callback", "account-1") == "9f8262c8ccb052ffff339bd5110e769612ddba1f"
    assert (
        BOX.decrypt(
            "gAAAAABrAXMG_ebV9BNUm0xOHQSeYtU3DyJ2O4UsZTCZtE9YP5HQC9gzTKlfU7h_3zJ2GiVlc3eVLr2aTOZZGefl-tf7NlkamA=="
        )
        == "password"
    )


@pytest.mark.parametrize("keys", [[], [""], ["key", " "], "key"])
def test_refuses_to_work_without_a_key(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="CONNECTORS_SECRET_KEY"):
        SecretBox(keys)


def test_shows_no_key() -> None:
    assert "old key" not in repr(BOX)


def test_makes_a_key_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret.key"
    key = load_or_create_key(path)
    assert len(key) >= 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create_key(path) == key
    assert [entry.name for entry in path.parent.iterdir()] == ["secret.key"]
    assert load_or_create_key(tmp_path / "other.key") != key


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"tooshort", b"x" * 5000, b"\xff" * 40, b"a" * 20 + b" " + b"b" * 20, b"\0" * 43]
)
def test_never_replaces_a_damaged_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(content)
    with pytest.raises(KeyFileUnusable, match=r"secret\.key holds no key"):
        load_or_create_key(path)
    assert path.read_bytes() == content


def test_says_what_to_do_where_no_key_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # as FAT answers

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(KeyFileUnusable, match="Set CONNECTORS_SECRET_KEY"):
        load_or_create_key(tmp_path / "secret.key")
    assert list(tmp_path.iterdir()) == []


def test_the_loser_of_a_race_takes_the_winners_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.key"
    link, winner = os.link, "w" * 43

    def lose(source: Path, target: Path) -> None:
        path.write_text(winner)
        link(source, target)

    monkeypatch.setattr(os, "link", lose)
    assert load_or_create_key(path) == winner
    assert list(tmp_path.iterdir()) == [path]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(4), context.SimpleQueue()
    processes = [context.Process(target=_load_many, args=(barrier, tmp_path, answers)) for _ in range(4)]
    for process in processes:
        process.start()
    seen = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    assert all(keys == seen[0] for keys in seen)
    assert len(set(seen[0])) == 20
    assert len(list(tmp_path.iterdir())) == 20


def _load_many(barrier: Barrier, folder: Path, answers: "multiprocessing.queues.SimpleQueue[list[str]]") -> None:
    keys = []
    for number in range(20):
        barrier.wait()
        keys.append(load_or_create_key(folder / f"{number}.key"))
    answers.put(keys)
