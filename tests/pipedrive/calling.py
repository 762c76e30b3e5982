"""A client of Pipedrive's API in front of a scripted server, with tokens that tell themselves apart."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from connectors.pipedrive.errors import PipedriveError
from connectors.pipedrive.platform.client import Pipedrive
from connectors.pipedrive.platform.grants import AccessToken, GrantKey, Grants
from connectors.shared.outbound import AllowedHosts
from tests.pipedrive.scripted import Scripted, Step, answer, scripted

KEY = GrantKey(1, 7)
PERSONS = "/api/v2/persons"
NOTES = "/api/v1/notes"
OK = answer({"success": True, "data": [1]})


class GivenTokens(Grants):
    """Hands out `token-0`, then `token-1` once that is stale, and so on."""

    def __init__(self, api_domain: str) -> None:
        self.api_domain = api_domain
        self.version = 0

    def access(self, key: GrantKey, *, stale: int | None = None) -> AccessToken:
        if stale == self.version:
            self.version += 1
        return AccessToken(f"token-{self.version}", self.version, self.api_domain)


def pipedrive_at(url: str, hosts: str = "127.0.0.1") -> Pipedrive:
    return Pipedrive(GivenTokens(url), AllowedHosts((hosts,)))


@contextmanager
def asked(*steps: Step) -> Iterator[tuple[Pipedrive, Scripted]]:
    with scripted(*steps) as server:
        pipedrive = pipedrive_at(server.url)
        yield pipedrive, server
        pipedrive.close()


def error_of(pipedrive: Pipedrive, method: str = "GET") -> PipedriveError:
    with pytest.raises(PipedriveError) as caught:
        pipedrive.get(KEY, PERSONS) if method == "GET" else pipedrive.post(KEY, NOTES, {"content": "x"})
    assert "token-" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)
    return caught.value
