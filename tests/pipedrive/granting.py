"""Grants of a company's users: changed behind the back of who uses them, and used by many at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

from sqlalchemy import select, update

from connectors.pipedrive.context import Context, make_context
from connectors.pipedrive.errors import PipedriveError
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import pipedrive_grants
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.clock import SECOND, now_ms

ME = "/api/v1/users/me"


def change(service: Service, **values: Any) -> None:
    with service.database.write() as connection:
        connection.execute(update(pipedrive_grants).values(**values))


def row(service: Service) -> Any:
    with service.database.read() as connection:
        return connection.execute(select(pipedrive_grants)).mappings().one()


def expire(service: Service, outside: SandboxServer) -> None:
    outside.sandbox.pipedrive.expire_access_tokens()
    change(service, access_expires_at=now_ms() - SECOND)


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    """Make all calls at once; returns what each gave or raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except PipedriveError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def who_am_i(parts: Context, key: GrantKey) -> Any:
    return parts.pipedrive.get(key, ME).data["id"]


def at(parts: Context, url: str) -> Context:
    """Return parts whose token endpoint is elsewhere."""
    return make_context(parts.service, replace(parts.settings, oauth_url=url))
