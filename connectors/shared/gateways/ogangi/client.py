"""The calls of Ogangi's REST API for SMS, each one HTTP exchange with a typed answer.

https://messangi.com/documentation/doku.php?id=restapi:sms is what the templates below are from. All inputs are
segments of the path, so a URL holds a number and a text, and is good forever: it is logged nowhere. Methods raise
NotSendable for what no path can hold, before anything is sent; whatever happens on the wire is in the answer.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.shared.gateways.ogangi.answers import Answer, read_answer
from connectors.shared.gateways.ogangi.signing import Base64, encoded, segment, signature
from connectors.shared.message_central.exchange import Call
from connectors.shared.message_central.transport import Transport
from connectors.shared.message_central.wording import SaidText

BASE_URL = "https://www.messangi.com/messangi_mmc"
NOTHING = "null"
"""What stands for a parameter that is not given."""
MARKS_OF_FILTERS = "=&,*"
"""Plain in the document's example of filters, and legal in a path: from=13056708084&keyword=%5EOGANGI.*"""


@dataclass(frozen=True, slots=True)
class Keys:
    """Who signs. `instance_id` is the number of the workspace."""

    instance_id: str
    public_key: str = field(repr=False)
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sms:
    """One message. `sender` is a short or long code, `number` digits of E.164; without a carrier the vendor chooses."""

    sender: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    carrier: str | None = None
    flags: str | None = None


class Ogangi:
    """The client: thread-safe, one kept-alive connection a thread, nothing ever repeated by itself.

    `timeout` is for a whole answer once the request is written, `connect_timeout` for the connection, both in
    seconds; a connection idle for longer than `idle_seconds` is made anew. Raises ValueError for no base URL.
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        timeout: float = 10.0,
        connect_timeout: float = 3.05,
        idle_seconds: float = 4.0,
        base64: Base64 = Base64.URL_SAFE,
    ) -> None:
        self._transport = Transport(
            base_url, timeout=timeout, connect_timeout=connect_timeout, idle_seconds=idle_seconds
        )
        self._base64 = base64

    def send_mt(self, keys: Keys, sms: Sms) -> Answer:
        """Send by `sendMT`, with flags where there are any; its answer has no id of the message."""
        segments = [
            segment("sender id", sms.sender),
            segment("carrier", sms.carrier or NOTHING),
            segment("number", sms.number),
            self._encoded("text", sms.text),
        ]
        if sms.flags:
            segments.append(segment("value of flags", sms.flags))
        return self._get("sendMT", keys, segments, (sms.number, *_texts(sms.text, *segments[2:])))

    def send_sms(self, keys: Keys, sms: Sms) -> Answer:
        """Send by `sendSMS`, where the carrier comes before the sender and the number too is in Base64."""
        segments = [
            segment("carrier", sms.carrier or NOTHING),
            segment("sender id", sms.sender),
            self._encoded("number", sms.number),
            self._encoded("text", sms.text),
        ]
        return self._get("tools/sendSMS", keys, segments, (sms.number, *_texts(sms.text, *segments[2:])))

    def send_pin(self, keys: Keys, sms: Sms, length: int) -> Answer:
        """Have a PIN of so many characters made and sent; the answer has it."""
        segments = [
            segment("carrier", sms.carrier or NOTHING),
            segment("sender id", sms.sender),
            segment("number", sms.number),
            self._encoded("text", sms.text),
            str(length),
        ]
        said = (sms.number, *_texts(sms.text, *segments[2:]))
        return self._get("tools/sendSMSPinMobileNumberConfirm", keys, segments, said)

    def fire(self, keys: Keys, number: str, text: str) -> Answer:
        """Have the vendor act as if this came from that phone."""
        segments = [segment("number", number), self._encoded("text", text)]
        return self._get("fireMessage", keys, segments, (number, *_texts(text, segments[1])))

    def fire_by_post(self, keys: Keys, number: str, text: str, sender: str | None) -> Answer:
        """Likewise, said in the body: only the path is signed."""
        target, secrets = _signed("fireMessage", keys, [])
        body = json.dumps(_descriptor(number, text, sender), ensure_ascii=False).encode("utf-8", "replace")
        call = Call("POST", target, body=body, content_type="application/json; charset=utf-8")
        return read_answer(self._transport.call(call), (number, SaidText(text), *secrets))

    def incoming(
        self, keys: Keys, page: int, per_page: int, filters: str | None = None, *, timeout: float | None = None
    ) -> Answer:
        """Ask for a page of the messages that came from phones. Whether the first is 0 or 1 is not documented.

        `filters` are `from=…&order=desc`, with `to`, `keyword` and `carrier`, as in
        https://messangi.com/documentation/doku.php?id=restapi:appx_mo_search. `timeout`, when given, is for connecting
        and answering together.
        """
        segments = [str(page), str(per_page), segment("filter", filters or NOTHING, MARKS_OF_FILTERS)]
        return self._get("tools/getMOMessages", keys, segments, (), timeout)

    def close(self) -> None:
        """Close the calling thread's connection; those of other threads close as these end."""
        self._transport.close()

    def _encoded(self, name: str, value: str) -> str:
        return encoded(name, value, self._base64)

    def _get(
        self, name: str, keys: Keys, segments: Sequence[str], said: tuple[str, ...], timeout: float | None = None
    ) -> Answer:
        target, secrets = _signed(name, keys, segments)
        reply = self._transport.call(Call("GET", target), timeout=timeout)
        return read_answer(reply, (*said, *secrets))


def _texts(*said: str) -> tuple[str, ...]:
    """Return a text, and what stands for it in the path, as what is to be masked."""
    return tuple(SaidText(text) for text in said)


def _signed(name: str, keys: Keys, segments: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the path of a call, and what of it may be repeated to nobody."""
    parameters = [segment("instance id", keys.instance_id), *segments]
    proof = signature(keys.private_key, parameters)
    target = "/".join(("/rest/api", name, *parameters, segment("public key", keys.public_key), proof))
    return target, (keys.private_key, keys.public_key, proof)


def _descriptor(number: str, text: str, sender: str | None) -> dict[str, object]:
    """The "Fire message Descriptor": https://messangi.com/documentation/doku.php?id=sdk:fire_message_json.

    An installation may have been given other names than these; the two beside them are what the answer calls them.
    """
    values = {"sender_id_id": sender, "keyword_value": text, "recipient_address": number}
    return {
        "event": {"fld-val-list": {name: value for name, value in values.items() if value}},
        "mobileNumber": number,
        "text": text,
    }
