"""The token in the URL of SMSC's callback, in access logs."""

from connectors.serving.web import masked_path


def test_no_log_shows_the_token() -> None:
    for path in ("/smsc/callbacks/the-token", "/smsc/callbacks/the-token/"):
        assert masked_path(path) == path.replace("the-token", "***")
