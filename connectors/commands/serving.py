"""`connectors serve`, `connectors worker`, and the web side that `serve` starts."""

import dataclasses
import os
import shutil
import signal
import socket
from pathlib import Path

import click
import structlog

from connectors.opening import make_current
from connectors.service import Service
from connectors.serving.parents import die_with_parent
from connectors.serving.supervisor import Supervisor
from connectors.serving.web import run_web
from connectors.serving.worker import run_worker
from connectors.settings import read_settings
from connectors.shared.clock import SECOND
from connectors.shared.errors import ConnectorsError
from connectors.shared.logs import set_up_logs

log = structlog.get_logger()


class CannotListen(ConnectorsError):
    """The address is in use, or not this machine's."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes.  [default: CONNECTORS_WEB_WORKERS or 4]")
@click.option("--no-dispatch", is_flag=True, help="Only accept; `connectors worker` sends.")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, workers: int | None, no_dispatch: bool) -> None:
    """Run the service: it accepts, sends, and takes receipts."""
    set_up_logs()
    service = Service(read_settings())
    service.check()
    make_current(service)
    _check_address(host, port)
    count = workers or service.settings.web_workers
    service.close()
    _share_metrics(service.settings.data_dir)
    commands = [["web", "--host", host, "--port", str(port), "--workers", str(count)]]
    if not no_dispatch:
        commands.append(["worker"])
    if service.settings.clock_ahead_ms:
        log.warning("clock_ahead", seconds=service.settings.clock_ahead_ms // SECOND)
    click.echo(f"Listening on http://{host}:{port} (Ctrl-C to stop)", err=True)
    ctx.exit(Supervisor(commands).run())


@click.command(hidden=True)
@click.option("--host", required=True)
@click.option("--port", required=True, type=int)
@click.option("--workers", required=True, type=int)
def web(host: str, port: int, workers: int) -> None:
    """Run the web side alone."""
    _mind_supervisor(signal.SIGKILL)
    set_up_logs()
    run_web(dataclasses.replace(read_settings(), web_workers=workers), host, port)


@click.command()
def worker() -> None:
    """Run a dispatcher alone, beside `connectors serve --no-dispatch`."""
    _mind_supervisor(signal.SIGTERM)
    set_up_logs()
    service = Service(read_settings())
    make_current(service)
    run_worker(service)


def _check_address(host: str, port: int) -> None:
    """Try the address before anything is started: gunicorn tries for five seconds, and again when started again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise CannotListen(f"Cannot listen on {host}:{port}: {error.strerror or error}.") from None


def _share_metrics(data_dir: Path) -> None:
    """Have the processes count into one folder, which /metrics sums up; it starts empty, as counters do."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return  # the operator has chosen one
    folder = data_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _mind_supervisor(how: signal.Signals) -> None:
    parent = os.environ.get("CONNECTORS_SUPERVISOR")
    if parent:
        die_with_parent(int(parent), how)
