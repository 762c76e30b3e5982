"""Tokens of Pipedrive's pages: signed by a secret of the app, not too old, and nothing else."""

import base64
import hmac
import json
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.viewer import LEEWAY_SECONDS, LONGEST_TOKEN, NotSigned, Viewers

SECRET = "the client secret of an app"
OF_EXTENSION = "an extension's own secret"
NOW = 1_800_000_000
CLAIMS = {"companyId": 1, "userId": 7, "iat": NOW - 10, "exp": NOW + 290}
VIEWER = GrantKey(1, 7)


def part(value: Any) -> str:
    octets = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def token(claims: Any, secret: str = SECRET, header: Any = None, digest: str = "sha256") -> str:
    signed = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    return f"{signed}.{part(hmac.digest(secret.encode(), signed.encode(), digest))}"


def read(given: str | None, *secrets: str) -> GrantKey:
    with time_machine.travel(NOW, tick=False):
        return Viewers(secrets or (SECRET,)).read(given)


def test_a_token_says_who_looks() -> None:
    assert read(token(CLAIMS)) == VIEWER


def test_ids_may_be_texts() -> None:
    assert read(token(CLAIMS | {"companyId": "1", "userId": "7"})) == VIEWER


def test_each_secret_of_the_app_may_sign() -> None:
    assert read(token(CLAIMS, OF_EXTENSION), SECRET, OF_EXTENSION) == VIEWER
    assert read(token(CLAIMS, SECRET), SECRET, OF_EXTENSION) == VIEWER


def test_a_short_secret_is_one_too() -> None:
    assert read(token(CLAIMS, "short"), "short") == VIEWER


@pytest.mark.parametrize("ago", [0, LEEWAY_SECONDS - 1])
def test_clocks_may_differ_a_little(ago: int) -> None:
    assert read(token(CLAIMS | {"exp": NOW - ago})) == VIEWER


def test_an_old_token_says_to_open_the_page_again() -> None:
    with pytest.raises(NotSigned, match="open it again"):
        read(token(CLAIMS | {"exp": NOW - LEEWAY_SECONDS - 1}))


def test_without_an_end_it_is_none() -> None:
    with pytest.raises(NotSigned):
        read(token({name: value for name, value in CLAIMS.items() if name != "exp"}))


@pytest.mark.parametrize("end", ["1900000000", None, True, [], {}, b"NaN", b"Infinity", b"-1e999", b"9" * 400])
def test_an_end_that_is_no_moment(end: Any) -> None:
    claims = b'{"companyId":1,"userId":7,"exp":%s}' % (end if isinstance(end, bytes) else json.dumps(end).encode())
    with pytest.raises(NotSigned):
        read(token(claims))


def test_not_yet() -> None:
    with pytest.raises(NotSigned):
        read(token(CLAIMS | {"nbf": NOW + LEEWAY_SECONDS + 5}))


@pytest.mark.parametrize("name", ["companyId", "userId"])
@pytest.mark.parametrize("value", [None, True, 1.0, -1, "-1", "", " 1", "1 ", "१", "1e3", [1], 10**18, "9" * 40])
def test_an_id_that_is_none(name: str, value: Any) -> None:
    with pytest.raises(NotSigned):
        read(token(CLAIMS | {name: value}))


def test_another_secret() -> None:
    with pytest.raises(NotSigned):
        read(token(CLAIMS, "somebody else's secret"))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", ""])
def test_unsigned(alg: str) -> None:
    unsigned = f"{part({'alg': alg})}.{part(CLAIMS)}."
    for given in (unsigned, unsigned.removesuffix("."), token(CLAIMS, header={"alg": alg})):
        with pytest.raises(NotSigned):
            read(given)


@pytest.mark.parametrize(("alg", "digest"), [("HS384", "sha384"), ("HS512", "sha512")])
def test_only_hs256(alg: str, digest: str) -> None:
    with pytest.raises(NotSigned):
        read(token(CLAIMS, header={"alg": alg}, digest=digest))


def test_a_token_signed_with_a_private_key_or_with_its_public_half() -> None:
    private = rsa.generate_private_key(65537, 2048)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for given in (jwt.encode({"alg": "RS256"}, dict(CLAIMS), RSAKey.import_key(private)), token(CLAIMS, public)):
        with pytest.raises(NotSigned):
            read(given)


def test_changed_after_it_was_signed() -> None:
    header, _, signature = token(CLAIMS).split(".")
    with pytest.raises(NotSigned):
        read(f"{header}.{part(CLAIMS | {'companyId': 2})}.{signature}")


@pytest.mark.parametrize(
    "given",
    [
        *(None, "", "x", "..", "...", "....", "a.b.c", "a.b.c.d.e", "é.é.é", "\x00", "{}.{}.{}"),
        *(f"{part(b'null')}.e30.e30", f"{part([])}.e30.e30", f"{part({'alg': 1})}.e30.x", f"{part(b'[' * 2900)}.e30.x"),
        *(token([]), token("x"), token(b"\xff"), token(b"[" * 2900), token(b"")),
        token(CLAIMS, header={"alg": "HS256", "crit": ["x"]}),
        token(CLAIMS, header={"alg": "HS256", "b64": False, "crit": ["b64"]}),
        token(CLAIMS | {"pad": "x" * LONGEST_TOKEN}),
    ],
)
def test_garbage(given: str | None) -> None:
    with pytest.raises(NotSigned):
        read(given)
