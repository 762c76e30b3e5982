"""What a request shows of who sends it."""

from flask import request
from werkzeug.datastructures import Authorization


def shown_credentials() -> Authorization | None:
    """Return the request's Authorization header, None where there is none or it cannot be read."""
    try:
        return request.authorization
    except ValueError:  # werkzeug has Base64 read, and that takes ASCII alone
        return None
