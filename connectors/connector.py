"""What a connector is to the rest of the service: one folder, and one of these."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click
from flask import Flask

from connectors.service import Service
from connectors.shared.messages.dispatcher import Job


def _no_routes(app: Flask, service: Service) -> None:
    return


def _nothing(service: Service) -> None:
    return


def _no_paths() -> tuple[str, ...]:
    return ()


def _no_jobs(service: Service) -> Sequence[Job]:
    return ()


@dataclass(frozen=True, slots=True)
class Connector:
    """A tool that our users live in. Importing its folder also declares its tables."""

    name: str
    register: Callable[[Flask, Service], None] = _no_routes
    """Adds its routes to the app."""
    listen: Callable[[Service], None] = _nothing
    """Registers in every process for how messages end."""
    jobs: Callable[[Service], Sequence[Job]] = _no_jobs
    """What the dispatcher's process does for it again and again."""
    waiting_paths: Callable[[], tuple[str, ...]] = _no_paths
    """Where paths begin whose requests wait for others; they have threads of their own (`serving.places`)."""
    commands: tuple[click.Command, ...] = ()
    """Added to `connectors`."""
