"""How the processes of a service start, end, and die together."""

import os
import signal
import socket
import time

import pytest

from tests.serving.conftest import Install
from tests.serving.processes import alive, descendants, kill_all, named
from tests.serving.test_kills import rows, settled
from tests.shared.messages.tenants import number_of, wait_for
from tests.shared.messages.vendor import Reply, Vendor


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_exits_0(install: Install, vendor: Vendor, number: signal.Signals) -> None:
    vendor.script = lambda _: Reply(delay=0.5)
    installation = install(CONNECTORS_DISPATCH_THREADS="4")
    installation.add_account()
    service = installation.serve()
    installation.send([{"mobileNumber": number_of(n), "messageText": f"order {n}"} for n in range(60)])
    wait_for(lambda: len(vendor.seen) > 2)
    family = descendants(service.pid)
    service.send_signal(number)
    assert service.wait(timeout=20) == 0
    wait_for(lambda: not any(map(alive, family)))
    found = {number: status for status, number, _ in rows(installation).values()}
    reached = {number for number, _ in vendor.seen}
    assert {status for number, status in found.items() if number in reached} == {"sent"}
    assert {status for number, status in found.items() if number not in reached} == {"queued"}


def test_an_idle_service_ends_at_once(install: Install) -> None:
    installation = install()
    service = installation.serve()
    started = time.monotonic()
    service.terminate()
    assert service.wait(timeout=20) == 0
    assert time.monotonic() - started < 18


def test_children_die_with_a_killed_supervisor_and_the_port_is_free(install: Install) -> None:
    installation = install()
    service = installation.serve()
    wait_for(lambda: len(descendants(service.pid)) >= 4, 20.0)  # gunicorn, its two workers, the dispatcher
    family = descendants(service.pid)
    service.kill()
    service.wait()
    wait_for(lambda: not any(map(alive, family)), 20.0)
    installation.serve()


def test_a_dead_dispatcher_is_started_again(install: Install, vendor: Vendor) -> None:
    installation = install()
    installation.add_account()
    service = installation.serve()

    first = named(service.pid, "worker")
    os.kill(first[0], signal.SIGKILL)
    installation.send([{"mobileNumber": number_of(1), "messageText": "order"}])
    wait_for(lambda: settled(installation), 20.0)
    assert named(service.pid, "worker") != first
    assert list(vendor.seen.values()) == [1]


def test_a_port_in_use_is_told_in_words(install: Install) -> None:
    installation = install()
    with socket.create_server(("127.0.0.1", installation.port)):
        done = installation.run("serve", "--port", str(installation.port))
    assert done.returncode == 1
    assert str(installation.port) in done.stderr
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_not_this_machine_is_told_in_words(install: Install) -> None:
    installation = install()
    done = installation.run("serve", "--host", "192.0.2.1", "--port", str(installation.port))
    assert done.returncode == 1
    assert "192.0.2.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_web_side_and_a_worker_may_run_apart(install: Install, vendor: Vendor) -> None:
    installation = install()
    installation.add_account()
    web = installation.serve("--no-dispatch")
    installation.send([{"mobileNumber": number_of(1), "messageText": "order"}])
    assert [status for status, *_ in rows(installation).values()] == ["queued"]
    assert not vendor.seen
    worker = installation.start("worker")
    wait_for(lambda: settled(installation), 20.0)
    assert list(vendor.seen.values()) == [1]
    for process in (worker, web):
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_a_killed_web_side_comes_back(install: Install) -> None:
    installation = install()
    service = installation.serve()
    web = named(service.pid, "web")[0]
    os.kill(web, signal.SIGKILL)
    wait_for(lambda: not alive(web))
    wait_for(installation.is_ready, 20.0)
    kill_all(service)
