"""Makes the picture of `docs/shopify.md`: `python -m tests.shopify.pictures [folder]`."""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parents[2] / "docs" / "pictures"
SHOP_PAGE = re.compile(r"(\S+/shopify/\S+|\S+/shopify)\n")
LAST_LINE = "curl -H"


@contextmanager
def demo() -> Iterator[str]:
    """Play the demo and give the address of its shop, as long as it is left running."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "connectors", "demo", "--count", "20", "--keep"]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        with process:
            assert process.stdout is not None
            printed = ""
            for line in process.stdout:
                printed += line
                if LAST_LINE in line:
                    break
            found = SHOP_PAGE.findall(printed)
            assert found, printed
            yield found[-1]
            process.send_signal(signal.SIGINT)
            process.communicate()


def paint(folder: Path) -> None:
    """Write the picture: the shopkeeper's orders, and below them each webhook that was sent."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "there is no chromium on the PATH"
    with demo() as shop, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 900}, locale="en-GB")
        page.goto(shop)
        page.get_by_role("link", name="Orders").click()
        page.locator(".parcels .chip").first.wait_for()
        page.screenshot(path=folder / "shopify-orders.png", animations="disabled", caret="hide")
        browser.close()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    paint(parser.parse_args().folder)


if __name__ == "__main__":
    main()
