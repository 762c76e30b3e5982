"""Makes the pictures of `docs/pipedrive.md`: `python -m tests.pipedrive.pictures [--themes light dark] [folder]`."""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.pipedrive.audience import add_list
from tests.pipedrive.whole_app import Person, WholeApp, launched, running, set_up

DOCS = Path(__file__).parents[2] / "docs" / "pictures"
TEMPLATE = (
    "Visit tomorrow",
    "Dear {{ person.first_name }}, see you tomorrow at ten. {{ user.name }}, {{ user.company }}",
)
TEXT = "Dear {{ person.first_name }}, 20 % off all silk until Sunday. Show this SMS in the shop. {{ user.company }}"
SHOPPERS = ("Regular shoppers", 1_204)


class Painter:
    """Shows each page in each theme, and keeps what it looks like."""

    def __init__(self, app: WholeApp, browser: Browser, folder: Path, themes: list[str]) -> None:
        self.app = app
        self.browser = browser
        self.folder = folder
        self.themes = themes

    @contextmanager
    def somebody(self, width: int, height: int) -> Iterator[Person]:
        person = Person(self.browser, self.app, viewport={"width": width, "height": height})
        yield person
        person.close()

    def keep(self, person: Person, name: str, theme: str, whole: bool = False) -> None:
        expect(person.page.locator(".snackbar")).to_have_count(0)
        path = self.folder / f"pipedrive-{name}-{theme}.png"
        person.page.screenshot(path=path, full_page=whole, animations="disabled", caret="hide")

    def settings(self) -> None:
        with self.somebody(1000, 900) as admin:
            admin.install()
            set_up(admin)
            form = admin.frame()
            form.get_by_role("button", name="Add a template").click()
            form.get_by_label("Name", exact=True).fill(TEMPLATE[0])
            form.get_by_label("Text", exact=True).fill(TEMPLATE[1])
            form.get_by_role("button", name="Add template").click()
            expect(form.get_by_role("button", name=f"Edit {TEMPLATE[0]}")).to_be_visible()
            for theme in self.themes:
                admin.open("settings", theme=theme)
                admin.frame()
                self.keep(admin, "settings", theme)

    def panel(self) -> None:
        with self.somebody(1000, 900) as admin:
            admin.open("people/1")
            panel = admin.frame()
            panel.get_by_label("Message", exact=True).fill("Hello {{ person.first_name }}, your order is ready.")
            panel.get_by_role("button", name="Send message").click()
            expect(panel.get_by_text("Logged as a note")).to_be_visible()
            for theme in self.themes:
                admin.open("people/1", theme=theme)
                panel = admin.frame()
                panel.get_by_label("Template").select_option(TEMPLATE[0])
                expect(panel.get_by_text("Dear Asha, see you")).to_be_visible()
                expect(admin.page.locator(".timeline li")).to_be_visible()
                self.keep(admin, "panel", theme, whole=True)

    def people(self) -> None:
        with self.somebody(1000, 700) as admin:
            for theme in self.themes:
                admin.open("people", theme=theme)
                for name in ("Asha Example", "Bimal Sample", "Esha Fiction"):
                    admin.page.get_by_label(f"Select {name}").check()
                admin.page.get_by_role("button", name="More actions").click()
                self.keep(admin, "people", theme)

    def campaign(self) -> None:
        with self.somebody(1000, 740) as admin:
            tab = f"filter-{add_list(self.app.book, *SHOPPERS)}"
            for theme in self.themes:
                admin.open("people", theme=theme, tab=tab)
                admin.page.get_by_label("Select all").check()
                form = admin.choose("SMS campaign")
                form.get_by_label("Campaign name").fill("Silk week")
                form.get_by_label("Message", exact=True).fill(TEXT)
                expect(form.get_by_text("Dear Aarav")).to_be_visible()
                form.get_by_label("Yes, I mean all of them").check()
                self.keep(admin, "campaign", theme)
            form.get_by_role("button", name="Start campaign").click()
            admin.page.locator("dialog.confirmation").get_by_role("button", name="Start campaign").click()
            expect(form.get_by_text("Finished", exact=True)).to_be_visible(timeout=60_000)
            expect(form.locator(".legend").get_by_text("Sent", exact=True)).to_have_count(0, timeout=60_000)
            for theme in self.themes:
                admin.open("people", theme=theme, tab=tab)
                admin.page.get_by_label("Select all").check()
                report = admin.choose("Campaign report")
                report.get_by_role("button", name="Silk week").click()
                expect(report.get_by_role("button", name="Kiara Fiction").first).to_be_visible()
                self.keep(admin, "report", theme)


def paint(folder: Path, themes: list[str]) -> None:
    """Write a picture of each page in each theme into a folder."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "there is no chromium on the PATH"
    with tempfile.TemporaryDirectory() as data, running(Path(data)) as app, sync_playwright() as playwright:
        browser = launched(playwright, chromium)
        painter = Painter(app, browser, folder, themes)
        painter.settings()
        painter.panel()
        painter.people()
        painter.campaign()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    parser.add_argument("--themes", nargs="+", choices=("light", "dark"), default=["light"])
    given = parser.parse_args()
    paint(given.folder, given.themes)
