"""What the demo enters in SMSC's cabinet: the handler's address as `connectors callback-url` prints it."""

import json

import responses

from connectors.demo.gateways_texting import Texting

PRINTED = "http://127.0.0.1:1/smsc/callbacks/token?charset=utf-8&fmt=3&sha1=secret"


@responses.activate
def test_the_handlers_address_is_entered_as_it_is_printed() -> None:
    settings = responses.put("http://127.0.0.1:2/sandbox/settings", json={})
    Texting("http://127.0.0.1:1", "http://127.0.0.1:2", "key").tell(PRINTED)
    assert json.loads(settings.calls[0].request.body) == {"smsc_callback_urls": [PRINTED]}
