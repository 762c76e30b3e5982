"""What every call to SMSC passes: who asks, how many at a time, and the answer in the form asked for."""

import hashlib
import time
from collections.abc import Callable, Mapping

from flask import Response, g, request

from connectors.sandbox.smsc.answers import Answer, Refused, refusal, respond
from connectors.sandbox.smsc.parameters import form_of, read_parameters
from connectors.sandbox.state import Sandbox, current_sandbox

Call = Callable[[Sandbox, Mapping[str, str]], Answer | Response]

_OF_THE_ASKER = frozenset({"login", "psw", "apikey"})


def served(call: Call) -> Callable[[], Response]:
    """Return a view: it reads the parameters, keeps out who may not ask, and says no in the body of a 200."""

    def view() -> Response:
        sandbox = current_sandbox()
        parameters = read_parameters(request)
        form = form_of(parameters)
        login = g.login = parameters.get("apikey") or parameters.get("login", "")
        alone = sandbox.smsc.limits.enter(login)
        try:
            if not alone:
                raise Refused(9, "too many concurrent requests")
            _admit(sandbox, parameters)
            time.sleep(sandbox.settings.latency)
            answer = call(sandbox, parameters)
        except Refused as refused:
            return refusal(refused, form)
        finally:
            sandbox.smsc.limits.leave(login)
        return answer if isinstance(answer, Response) else respond(answer, form)

    view.__name__ = call.__name__
    view.__doc__ = call.__doc__
    return view


def limit(sandbox: Sandbox, name: str, parameters: Mapping[str, str], most: int) -> None:
    """Raise Refused where the same was asked `most` times within the last minute already."""
    asked = tuple(sorted((key, value) for key, value in parameters.items() if key not in _OF_THE_ASKER))
    if not sandbox.smsc.limits.allows((name, g.login, asked), most):
        raise Refused(9)


def _admit(sandbox: Sandbox, parameters: Mapping[str, str]) -> None:
    """Let in any login with any password, or any API key, but "wrong"; logins among `accounts` need their own."""
    if "apikey" in parameters:
        fits = parameters["apikey"] not in ("", "wrong")
    else:
        login, given = parameters.get("login", ""), parameters.get("psw", "")
        password = sandbox.settings.accounts.get(login)
        expected = {given} - {"", "wrong"} if password is None else {password, _md5(password)}
        fits = bool(login) and given in expected
    if not fits:
        raise Refused(2)


def _md5(password: str) -> str:
    """Return what may stand for the password: its MD5 in small letters."""
    return hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
