from io import BytesIO

import pytest
from openpyxl import Workbook

from connectors.sandbox import workbook as workbook_module
from tests.sandbox.caller import MESSAGE, NUMBER, Caller
from tests.sandbox.receiver import receiver

TEXT = "Hello ##var##, your balance is ##var2## on date ##var3##"
HEADER = ("Country", "Mobile", "Var1", "Var2", "Var3")


def workbook_of(*rows: tuple[object, ...]) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for row in (HEADER, *rows):
        sheet.append(row)
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def send(caller: Caller, content: bytes, text: str = TEXT, **parameters: str) -> dict[str, object]:
    files = {"file": ("recipients.xlsx", content)}
    body: dict[str, object] = caller.post({**MESSAGE, "message": text, **parameters}, files=files).json()
    return body


def test_the_sample_of_the_documents(caller: Caller) -> None:
    content = workbook_of(
        (91, 12345678901, "Amit", "$35", "DISCOUNT20"),
        ("91", "23456789012", "Kunal", "$60", "DISCOUNT20"),
        (91.0, 12345678901.0, "Prakash", 35, None),
    )
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        body = send(caller, content)
        caller.server.wait_for(lambda server: server.stats()["receipts_posted"] == 3)
    messages = caller.server.messages()
    assert body["responseCode"] == 200
    assert [(message.to, message.text) for message in messages] == [
        ("+9112345678901", "Hello Amit, your balance is $35 on date DISCOUNT20"),
        ("+9123456789012", "Hello Kunal, your balance is $60 on date DISCOUNT20"),
        ("+9112345678901", "Hello Prakash, your balance is 35 on date "),
    ]
    assert len({message.transaction_id for message in messages}) == 1
    assert {receipt["messageId"] for receipt in receipts.receipts()} == {messages[0].transaction_id}
    call = caller.control("GET", "/calls").json()["items"][-1]
    assert (call["kind"], call["recipients"]) == ("workbook", 3)


def test_the_first_value_goes_by_both_names(caller: Caller) -> None:
    send(caller, workbook_of((91, 9816111111, "A", "B")), "##var## ##var1## ##var2## ##var4##")
    assert caller.server.messages()[0].text == "A A B ##var4##"


def test_values_are_not_filled_again(caller: Caller) -> None:
    send(caller, workbook_of((91, 9816111111, "##var2##", " B  ")), "##var##|##var2##")
    assert caller.server.messages()[0].text == "##var2##| B  "


def test_the_workbook_wins_over_a_number_in_the_query(caller: Caller) -> None:
    send(caller, workbook_of((91, 9816111111, "A")), **NUMBER, phoneNumbers="91 9816111112")
    assert [message.to for message in caller.server.messages()] == ["+919816111111"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Country,Mobile\n91,9816111111\n", 400),
        (b"PK\x03\x04 broken", 400),
        (workbook_of(), 400),
        (workbook_of((91, 9816111111, "A"), (None, None)), 200),
        (workbook_of((91, 9816111111, "A"), (999, 9816111111, "A")), 511),
        (workbook_of((91, 9816111111, "A"), (91, "98161O1111", "A")), 511),
        (workbook_of((91, 9816111111, "A"), (91,)), 400),
        (workbook_of((91, 9816110011, "A")), 511),
    ],
)
def test_workbooks_that_are_refused(caller: Caller, content: bytes, code: int) -> None:
    assert send(caller, content)["responseCode"] == code
    assert len(caller.server.messages()) == (code == 200)


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MOST_BYTES", 1_000)
    assert send(caller, workbook_of((91, 9816111111, "A")))["responseCode"] == 400
