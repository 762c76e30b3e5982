import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.shared.outbound import AllowedHosts, GuardedSession
from tests.shared.outbound.server import OK, Answer, Server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(answer: Answer | bytes = OK, tls: ssl.SSLContext | None = None) -> Server:
        servers.append(Server((lambda s: s.sendall(answer)) if isinstance(answer, bytes) else answer, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def session() -> Iterator[GuardedSession]:
    with GuardedSession(AllowedHosts(("*.example.com", "127.0.0.1", "hooks.internal"))) as guarded:
        yield guarded


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Makes a name lead to addresses, the first list at the first question and the last from then on."""
    genuine = socket.getaddrinfo

    def make(name: str, *answers: list[str]) -> list[str]:
        asked: list[str] = []

        def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
            if host != name:
                # The others are addresses: no test asks the resolver anything.
                return genuine(str(ipaddress.ip_address(host)), port, *args, **kwargs)
            asked.append(host)
            found = answers[min(len(asked), len(answers)) - 1]
            return [entry for address in found for entry in genuine(address, port, *args, **kwargs)]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return make
