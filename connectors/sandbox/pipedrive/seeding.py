"""A company to click through: people who do not exist, with numbers as people type them."""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from connectors.sandbox.pipedrive.book import PipedriveBook

COMPANY_ID: Final = 1
ADMIN_ID: Final = 7
SALES_ID: Final = 8

BIRTHDAY: Final = "b1f0c2d3e4a5968778695a4b3c2d1e0f12345678"
CITY: Final = "c17ec17ec17ec17ec17ec17ec17ec17ec17ec17e"
CITIES: Final = {1: "Pune", 2: "Jaipur", 3: "Kochi"}

PEOPLE: Final = (
    ("Asha Example", "+91 98161 11111"),
    ("Bimal Sample", "98161-22222"),
    ("Chitra Placeholder", "098161 33333"),
    ("Devan Specimen", "9816144444"),
    ("Esha Fiction", "+91-98161-55555"),
    ("Farhan Pretend", "(+91) 98161 66666"),
    ("Gita Mockup", "98161 77777"),
    ("Hari Prototype", None),
    ("Ila Invented", "12 34"),
    ("Jatin Dummy", "91 98161 88888"),
    ("Kavya Fable", "98161 99999"),
    ("Lalit Stand-In", "+91 77151 32002"),
    ("Meera Sketch", "77151 32003"),
    ("Naveen Draft", "77151-32004"),
    ("Omana Template", "0 77151 32005"),
    ("Prem Outline", "7715132006"),
    ("Qadir Madeup", "+91 77151 32007"),
    ("Rekha Storybook", "77151.32008"),
    ("Suraj Legend", "77151 32009"),
    ("Tara Novel", "77151 32010"),
    ("Uday Imagined", "+917715132011"),
    ("Vidya Chapter", "77151/32012"),
    ("Wasim Screenplay", "77151 32013"),
    ("Yamini Undelivered", "98161 10001"),
    ("Zubin Daydream", "98161 11111"),
)
"""Hari has no number, Ila's is broken, Zubin shares Asha's, and Yamini's last four digits force UNDELIV."""

STAGES: Final = ("Qualified", "Contact made", "Proposal made", "Negotiations started")
ORGANIZATIONS: Final = ("Example Tea Traders", "Sample Silk House", "Placeholder Pumps")


def seed(book: "PipedriveBook") -> None:
    """Put the company into a book."""
    book.add_company(COMPANY_ID, "Acme", "acme")
    book.add_user(COMPANY_ID, ADMIN_ID, "Anaya Admin", is_admin=True, email="anaya@example.com")
    book.add_user(COMPANY_ID, SALES_ID, "Sunil Sales", email="sunil@example.com")
    book.add_field(COMPANY_ID, BIRTHDAY, "Birthday", "date")
    book.add_field(COMPANY_ID, CITY, "City", "enum", CITIES)
    organizations = [book.add_organization(COMPANY_ID, name, ADMIN_ID) for name in ORGANIZATIONS]
    for index, (name, number) in enumerate(PEOPLE):
        book.add_person(
            COMPANY_ID,
            name,
            _phones(index, number),
            owner_id=SALES_ID if index % 3 else ADMIN_ID,
            org_id=organizations[index % 4] if index % 4 < len(organizations) else None,
            custom_fields={CITY: 1 + index % len(CITIES), BIRTHDAY: f"1990-{1 + index % 12:02d}-15"},
            emails=[{"label": "work", "value": f"{name.split()[0].lower()}@example.com", "primary": True}],
        )
    first, second, *_ = book.add_pipeline(COMPANY_ID, "Sales", STAGES)
    book.add_pipeline(COMPANY_ID, "Repairs", ("Received", "Ready to be fetched"))
    book.add_deal(COMPANY_ID, "Twelve blue kurtas", first, 1, value=14_990)
    book.add_deal(COMPANY_ID, "Silk for a wedding", second, 2, value=52_000)
    book.add_filter(COMPANY_ID, "Customers", range(1, 13))
    book.add_filter(COMPANY_ID, "Birthday in June", range(6, len(PEOPLE) + 1, 12))


def _phones(index: int, number: str | None) -> list[dict[str, Any]]:
    if number is None:
        return []
    mobile = {"label": "mobile", "value": number, "primary": True}
    if index % 5:
        return [mobile]
    office = {"label": "work", "value": "020 5550 0172", "primary": True}
    return [office, mobile | {"primary": False}]
