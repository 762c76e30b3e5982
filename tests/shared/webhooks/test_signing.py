import base64
import hashlib
import hmac
import re

from connectors.shared.webhooks.signing import message_id, new_secret, signed_headers


def test_the_vector_of_the_scheme() -> None:
    """The one by which its own libraries are tested: https://github.com/standard-webhooks/standard-webhooks"""
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        1_614_265_330_999,
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_another_implementation_agrees() -> None:
    secret = new_secret()
    body = '{"type":"message.delivered","data":{"text":"✓"}}'.encode()
    headers = signed_headers(secret, "an id", body, 1_795_248_000_123)
    key = base64.b64decode(secret.split("_", 1)[1])
    content = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(_hmac_sha256(key, content)).decode()


def test_secrets_are_as_the_scheme_has_them_and_none_is_another() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    for secret in made:
        assert re.fullmatch(r"whsec_[A-Za-z0-9+/]+=*", secret)
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64


def test_an_event_has_one_id_at_each_webhook() -> None:
    webhook, other = "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50", "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f51"
    id_ = message_id(webhook, "message.delivered", "m1")
    assert id_ == message_id(webhook, "message.delivered", "m1")
    different = {
        message_id(other, "message.delivered", "m1"),
        message_id(webhook, "message.undelivered", "m1"),
        message_id(webhook, "message.delivered", "m2"),
    }
    assert len(different | {id_}) == 4


def _hmac_sha256(key: bytes, content: bytes) -> bytes:
    """RFC 2104, written out: not by the function that signs."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(octet ^ 0x36 for octet in padded) + content).digest()
    return hashlib.sha256(bytes(octet ^ 0x5C for octet in padded) + inner).digest()


def test_the_written_out_one_is_right() -> None:
    assert _hmac_sha256(b"key", b"x") == hmac.new(b"key", b"x", "sha256").digest()
