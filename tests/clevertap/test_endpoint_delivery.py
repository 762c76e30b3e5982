"""What CleverTap hands in is what the phone shows: texts byte for byte, and the vendor's parameters around them."""

from collections.abc import Iterator

import pytest

from connectors.sandbox.inbox import Message
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from tests.clevertap.customer import accepted, dispatching, known_customer, vendor_of

TEXTS = [
    "Plain, with 100% & = ? # + / \\ \" ' < > ; , | ~ ^ ` @ $ {} []",
    "Your code: a+b=c%20d&senderId=EVIL#x",
    "नमस्ते, आपका ऑर्डर रास्ते में है",
    "আপনার অর্ডার",
    "உங்கள் ஆர்டர்",
    "مرحبا، طلبك في الطريق",
    "\u202eשלום\u202c עולם",
    "您的訂單正在路上。ありがとう。감사합니다",
    "Привет, Ελλάδα, Füße, naïve café, Ça",
    "cafe\u0301 is not café",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇮🇳 ☎️ 👍🏽",
    "क्‍ष and क्‌ष",
    "line one\nline two\r\nline three\rfour\tfive",
    "  leading and trailing  ",
    "\nbegins and ends with a line\n",
    "\u00a0no-break\u2003em\u200bzero\ufeff",
    "$$Body of $$To and ##var## ##",
    "1",
    "न" * 670,
]


@pytest.fixture
def vendor(service: Service) -> Iterator[SandboxServer]:
    with vendor_of(service) as running:
        yield running


def test_texts_arrive_byte_for_byte(service: Service, vendor: SandboxServer) -> None:
    customer = known_customer(service)
    numbers = {f"+91981615{index + 5500:04d}": text for index, text in enumerate(TEXTS)}
    # One by one, and then the same as one campaign, with equal texts in one call.
    with dispatching(service):
        for number, text in numbers.items():
            accepted(customer.send(mobileNumber=number, messageText=text, mid=number))
        vendor.wait_for(lambda server: len(server.messages()) == len(TEXTS))
        entries = [
            {"mobileNumber": number.replace("981615", "981625"), "messageText": text, "mid": f"b{number}"}
            for number, text in numbers.items()
        ]
        assert customer.batch(entries).get_json()["data"]["accepted"] == len(TEXTS)
        vendor.wait_for(lambda server: len(server.messages()) == 2 * len(TEXTS))
    shown = {message.to: message.text for message in vendor.messages()}
    assert shown == numbers | {entry["mobileNumber"]: entry["messageText"] for entry in entries}


def test_the_vendors_parameters(service: Service, vendor: SandboxServer) -> None:
    customer = known_customer(service, entity_id="ENTITY")
    with dispatching(service):
        accepted(customer.send(mid="1", mobileNumber="+919816155501"))
        accepted(customer.send(mid="2", mobileNumber="+919816155502", templateId="T2"))
        accepted(
            customer.send(mid="3", mobileNumber="+919816155503", templateId="$$TemplateID", messageType="promotional")
        )
        accepted(customer.send(mid="4", mobileNumber="+919816155504", templateId="T4", entityId="E4", flowType="rcs"))
        accepted(customer.send(mid="5", mobileNumber="+390612345678", messageType="OTP", senderId="OTHER"))
        vendor.wait_for(lambda server: len(server.messages()) == 5)
    seen = {message.to: said(message) for message in vendor.messages()}
    assert seen == {
        "+919816155501": ("UTOMOB", "TRANSACTION", "SMS", None, None),
        "+919816155502": ("UTOMOB", "TRANSACTION", "SMS", "T2", "ENTITY"),
        "+919816155503": ("UTOMOB", "PROMOTIONAL", "SMS", None, None),
        "+919816155504": ("UTOMOB", "TRANSACTION", "RCS", "T4", "E4"),
        "+390612345678": ("OTHER", "OTP", "SMS", None, None),
    }


def said(message: Message) -> tuple[str | None, ...]:
    return (message.sender_id, message.message_type, message.flow_type, message.template_id, message.entity_id)
