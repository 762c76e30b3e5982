"""Verifiers, callbacks and polls that break a promise, around parts that keep it."""

import io
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Flask, Response, request

from connectors.shared.gateways.kinds import Built
from connectors.shared.gateways.verifier import (
    CheckResult,
    CheckVerdict,
    CodeRequest,
    StartResult,
    StartVerdict,
    Verifier,
)
from connectors.shared.incoming.source import IncomingSource, IsKnown, Polled

Register = Callable[[Built, Flask], None]


class AroundVerifier:
    """A good verifier, with everything passed on."""

    def __init__(self, good: Verifier) -> None:
        self.good = good
        self.name = good.name
        self.channels = good.channels

    def start(self, connection_id: int, request: CodeRequest) -> StartResult:
        return self.good.start(connection_id, request)

    def check(self, connection_id: int, vendor_id: str, code: str, language: str | None) -> CheckResult:
        return self.good.check(connection_id, vendor_id, code, language)


class TakesAnyCode(AroundVerifier):
    def check(self, connection_id: int, vendor_id: str, code: str, language: str | None) -> CheckResult:
        return CheckResult(CheckVerdict.RIGHT)


class TakesCodesForWrong(AroundVerifier):
    """Where no verdict could be had."""

    def check(self, connection_id: int, vendor_id: str, code: str, language: str | None) -> CheckResult:
        result = super().check(connection_id, vendor_id, code, language)
        return replace(result, verdict=CheckVerdict.WRONG) if result.verdict is CheckVerdict.UNAVAILABLE else result


class SaysItIsSent(AroundVerifier):
    """Whatever became of it."""

    def start(self, connection_id: int, request: CodeRequest) -> StartResult:
        result = super().start(connection_id, request)
        return replace(result, verdict=StartVerdict.TAKEN, vendor_id=result.vendor_id or "1")


class PollsEverything:
    """What comes again is given ids of its own, and what fails is nothing new."""

    def __init__(self, good: IncomingSource) -> None:
        self.good = good
        self.number = 0

    def poll(self, connection_id: int, cursor: str | None, is_known: IsKnown) -> Polled:
        polled = self.good.poll(connection_id, None, lambda arrived: [False] * len(arrived))
        self.number += 1
        renamed = [replace(each, vendor_id=f"{self.number}{each.vendor_id}") for each in polled.messages]
        return Polled(renamed, polled.cursor)


class MisreadsPolls(PollsEverything):
    def poll(self, connection_id: int, cursor: str | None, is_known: IsKnown) -> Polled:
        polled = super().poll(connection_id, cursor, is_known)
        return replace(polled, messages=[replace(each, text=each.text.upper()) for each in polled.messages])


def _endpoint(app: Flask) -> str:
    """Return the name of the gateway's callback route: the one that was registered last."""
    return next(name for name in reversed(app.view_functions) if name.endswith(".callbacks"))


def believes_any_token(response: Response) -> Response:
    return Response("{}", 200) if response.status_code == 404 else response


def falls_over_garbage(response: Response) -> Response:
    if response.status_code in (400, 422):
        raise ValueError("not JSON")
    return response


def registering(change: Callable[[Response], Response]) -> Register:
    def register(built: Built, app: Flask) -> None:
        built.register(app)
        view = app.view_functions[_endpoint(app)]
        app.view_functions[_endpoint(app)] = lambda **values: change(app.make_response(view(**values)))  # type: ignore[arg-type]

    return register


def reads(old: bytes, new: bytes) -> Register:
    """Take one word of the vendor's for another."""

    def register(built: Built, app: Flask) -> None:
        built.register(app)
        answer = app.wsgi_app

        def changed(environ: Any, start: Any) -> Any:
            body = environ["wsgi.input"].read().replace(old, new)
            return answer({**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}, start)

        setattr(app, "wsgi_app", changed)  # noqa: B010 - a method, to type checkers

    return register


def keeps_nothing(built: Built, app: Flask) -> None:
    built.register(app)
    app.view_functions[_endpoint(app)] = lambda **_: Response("{}", 200)


def takes_anybodys_word(token: str) -> Register:
    """Take every token for this one, which is the operator's."""

    def register(built: Built, app: Flask) -> None:
        built.register(app)
        name = _endpoint(app)
        view = app.view_functions[name]

        def receive(**_: Any) -> Any:
            return view(token=token)

        app.view_functions[name] = receive

    return register


def unsigned(built: Built, app: Flask) -> None:
    """Take a refusal of the signature for a formality."""
    registering(lambda response: Response("{}", 200) if response.status_code == 403 else response)(built, app)


def _first(do: Callable[[], object]) -> Register:
    """Do something before the callback is looked at."""

    def register(built: Built, app: Flask) -> None:
        built.register(app)
        view = app.view_functions[_endpoint(app)]

        def receive(**values: Any) -> Any:
            do()
            return view(**values)

        app.view_functions[_endpoint(app)] = receive

    return register


logs_the_token = _first(lambda: logging.getLogger("gateway").info("called: %s", request.path))
logs_the_number = _first(lambda: logging.getLogger("gateway").debug("brought: %r", request.get_data()))
reads_without_end = _first(lambda: request.environ["wsgi.input"].read(1_000))
