import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.util import connection

from connectors.shared.outbound import GuardedSession, OutboundAnswer, connections
from tests.shared.outbound.server import Server, drip

TIMEOUT = (2.0, 2.0)


@pytest.mark.parametrize(
    "answers",
    [
        [["127.0.0.1"]],
        [["::ffff:127.0.0.1"]],
        [["169.254.169.254"]],
        [["8.8.8.8", "127.0.0.1"]],
        [["127.0.0.1"], ["8.8.8.8"]],
    ],
)
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(
    serve: Callable[..., Server],
    session: GuardedSession,
    resolve: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    answers: list[list[str]],
) -> None:
    connected: list[Any] = []
    monkeypatch.setattr(connection, "create_connection", lambda *args: connected.append(args))
    server = serve()
    resolve("inside.example.com", *answers)
    answer = session.post_json(server.url("/?account=x", "inside.example.com", "https"), b"[]", timeout=TIMEOUT)
    assert answer.status is None
    assert answer.failure == "inside.example.com leads to an address that is not on the public internet."
    assert (server.connections, connected) == (0, [])


def test_the_address_that_was_checked_is_the_one_connected_to(
    session: GuardedSession, resolve: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[str] = []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(connection, "create_connection", connect)
    asked = resolve("rebinding.example.com", ["8.8.8.8", "9.9.9.9"], ["127.0.0.1"])
    answer = session.post_json("https://rebinding.example.com/", b"[]", timeout=TIMEOUT)
    assert answer.failure == "The connection failed, or was closed before an answer came."
    assert connected == ["8.8.8.8", "9.9.9.9"]
    assert len(asked) == 1


def test_tries_four_addresses_at_most(
    session: GuardedSession, resolve: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[str] = []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        connected.append(address[0])
        raise TimeoutError

    monkeypatch.setattr(connection, "create_connection", connect)
    resolve("many.example.com", [f"8.8.8.{n}" for n in range(1, 9)])
    answer = session.post_json("https://many.example.com/", b"[]", timeout=TIMEOUT)
    assert answer.failure == "No connection came about in time."
    assert connected == ["8.8.8.1", "8.8.8.2", "8.8.8.3", "8.8.8.4"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for hooks.example.com, its own authority, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("authority")
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return folder / "certificate.pem", context


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "is_public", lambda address: address == "127.0.0.1")


@pytest.mark.usefixtures("loopback_is_public")
def test_tls_asks_for_the_name_and_checks_it(
    serve: Callable[..., Server],
    session: GuardedSession,
    resolve: Callable[..., list[str]],
    authority: tuple[Path, ssl.SSLContext],
) -> None:
    certificate, context = authority
    names: list[str | None] = []
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    server = serve(tls=context)
    session.verify = str(certificate)
    resolve("hooks.example.com", ["127.0.0.1"])
    url = server.url("/", "hooks.example.com", "https")
    assert session.post_json(url, b"[]", timeout=TIMEOUT) == OutboundAnswer(200, "ok")
    assert names == ["hooks.example.com"]
    assert f"Host: hooks.example.com:{server.port}".encode() in server.requests[0]


@pytest.mark.usefixtures("loopback_is_public")
@pytest.mark.parametrize(("name", "is_known"), [("other.example.com", True), ("hooks.example.com", False)])
def test_a_certificate_of_another_name_or_authority_is_refused(
    serve: Callable[..., Server],
    session: GuardedSession,
    resolve: Callable[..., list[str]],
    authority: tuple[Path, ssl.SSLContext],
    name: str,
    is_known: bool,
) -> None:
    certificate, context = authority
    server = serve(tls=context)
    if is_known:
        session.verify = str(certificate)
    resolve(name, ["127.0.0.1"])
    answer = session.post_json(server.url("/", name, "https"), b"[]", timeout=TIMEOUT)
    assert answer.failure == "The server's certificate is not valid for its name, or TLS failed."
    assert server.requests == []


@pytest.mark.usefixtures("loopback_is_public")
def test_a_slow_answer_over_tls_is_cut(
    serve: Callable[..., Server],
    session: GuardedSession,
    resolve: Callable[..., list[str]],
    authority: tuple[Path, ssl.SSLContext],
) -> None:
    certificate, context = authority
    server = serve(drip(b"HTTP/1.1 200 OK\r\n"), tls=context)
    session.verify = str(certificate)
    resolve("hooks.example.com", ["127.0.0.1"])
    answer = session.post_json(server.url("/", "hooks.example.com", "https"), b"[]", timeout=(2.0, 0.3))
    assert answer.failure == "No answer came in time."
