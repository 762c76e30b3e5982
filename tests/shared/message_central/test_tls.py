"""TLS: a handshake that fails is no connection, a break after it leaves the call in doubt."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.shared.message_central import Outcome
from connectors.shared.message_central.exchange import Call, NoReply, Reply
from connectors.shared.message_central.transport import Transport
from tests.shared.message_central.vendor_socket import (
    BODY,
    TOKEN,
    Script,
    StartVendor,
    VendorSocket,
    Visit,
    answers_all,
    send,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody signed but itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(pem + secret)
    return path


def over_tls(certificate: Path, script: Script) -> Script:
    """The script, spoken over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def speak(visit: Visit) -> None:
        with context.wrap_socket(visit.socket, server_side=True) as visit.socket:
            script(visit)

    return speak


def call_over_tls(server: VendorSocket, certificate: Path, timeout: float = 5.0) -> list[Reply | NoReply]:
    """Two calls on one client that trusts the certificate."""
    context = ssl.create_default_context(cafile=str(certificate))
    url = f"https://127.0.0.1:{server.port}"
    transport = Transport(url, timeout=timeout, connect_timeout=2, idle_seconds=60, tls=context)
    return [transport.call(Call("POST", "/verification/v3/send?x=1", token=TOKEN)) for _ in range(2)]


def test_tls_with_a_trusted_certificate(vendor: StartVendor, certificate: Path) -> None:
    server = vendor(over_tls(certificate, answers_all))
    assert call_over_tls(server, certificate) == [Reply(200, BODY)] * 2
    assert len(server.visits) == 1


def test_tls_broken_off_after_the_request_is_in_doubt(vendor: StartVendor, certificate: Path) -> None:
    def break_off(visit: Visit) -> None:
        visit.receive()
        # Bytes that are no TLS record, under the TLS connection.
        with socket.socket(fileno=visit.socket.detach()) as under:
            under.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    replies = call_over_tls(vendor(over_tls(certificate, break_off)), certificate)
    assert [reply.outcome for reply in replies if isinstance(reply, NoReply)] == [Outcome.NO_ANSWER] * 2


def test_a_dripping_answer_over_tls(vendor: StartVendor, certificate: Path) -> None:
    def drip(visit: Visit) -> None:
        visit.receive()
        while not visit.closing.wait(0.01):
            visit.socket.sendall(b"H")

    replies = call_over_tls(vendor(over_tls(certificate, drip)), certificate, timeout=0.2)
    assert [reply.outcome for reply in replies if isinstance(reply, NoReply)] == [Outcome.NO_ANSWER] * 2


def test_tls_with_a_certificate_that_nobody_vouches_for(vendor: StartVendor, certificate: Path) -> None:
    server = vendor(over_tls(certificate, answers_all))
    answer = send(f"https://127.0.0.1:{server.port}")
    assert (answer.outcome, answer.message) == (Outcome.NOT_CONNECTED, "the TLS handshake failed")


def test_tls_with_a_server_that_speaks_none(vendor: StartVendor) -> None:
    server = vendor(lambda visit: visit.socket.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert send(f"https://127.0.0.1:{server.port}").outcome is Outcome.NOT_CONNECTED


@pytest.mark.parametrize("patience", [0, 30])
def test_tls_with_a_server_that_hangs_up_or_on(vendor: StartVendor, patience: float) -> None:
    server = vendor(lambda visit: visit.socket.recv(1) and visit.closing.wait(patience))
    assert send(f"https://127.0.0.1:{server.port}", connect=0.3).outcome is Outcome.NOT_CONNECTED
