"""Take the README's pictures from a running `register demo`: `python -m tests.screenshots [address]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from app import clock
from tests.browser_setup import find_chromium

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
ADDRESS = "http://127.0.0.1:8000"
PERSONA = "amberley-tutor"
TRN = "9900001"
WIDTH, HEIGHT = 1200, 900
HEIGHTS = {"ect-list": 1500, "ect-record": 1500}
PAUSED = "9900105"
BORN = {"date_of_birth_day": "14", "date_of_birth_month": "2", "date_of_birth_year": "1998"}
MOST_PAGES = 15


def fill_by_step() -> dict[str, dict[str, str]]:
    """Return what to type on each page of the registration, by the page's slug."""
    day = clock.today()
    return {
        "find-ect": {"trn": TRN, **BORN},
        "email-address": {"email": "amelia.hartley@amberley.example"},
        "start-date": {
            "start_date_day": str(day.day),
            "start_date_month": str(day.month),
            "start_date_year": str(day.year),
        },
    }


def answer(page: Page, typed: dict[str, str]) -> None:
    """Fill the page's boxes, choose the first of what is offered, and go on."""
    for field, value in typed.items():
        page.fill(f"#main-content [name={field}]", value)
    radios = page.locator("#main-content input[type=radio]")
    if radios.count():
        radios.first.check()
    for field in page.locator("#main-content select").all():
        field.select_option(index=1)
    page.locator("#main-content form button[type=submit], #main-content form button:not([type])").first.click()


def to_check_answers(page: Page) -> None:
    """Walk the registration of somebody new up to its last page."""
    page.goto("/school/register-ect")
    answer(page, {})
    typed = fill_by_step()
    for _ in range(MOST_PAGES):
        step = page.url.rpartition("/")[2]
        if step == "check-answers":
            return
        answer(page, typed.get(step, {}))
    raise SystemExit(f"check answers was not reached; the last page was {page.url}")


def to_list(page: Page) -> None:
    """Open the list of the school's ECTs."""
    page.goto("/school/ects")


def to_home(page: Page) -> None:
    """Open what the school has to do."""
    page.goto("/school/home")


def to_record(page: Page) -> None:
    """Open the record of somebody whose training is paused."""
    page.goto(f"/school/ects?q={PAUSED}")
    page.locator(".govuk-summary-card a").first.click()


PICTURES: dict[str, Callable[[Page], None]] = {
    "home": to_home,
    "ect-list": to_list,
    "ect-record": to_record,
    "check-answers": to_check_answers,
}


def main(address: str) -> None:
    """Sign in as a demo persona and take every picture."""
    program = find_chromium()
    if program is None:
        raise SystemExit("no browser: run python -m tests.browser_setup")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=False)
        context = browser.new_context(
            base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, java_script_enabled=False
        )
        context.request.post("/personas", form={"persona": PERSONA})
        for name, reach in PICTURES.items():
            page = context.new_page()
            reach(page)
            page.set_viewport_size({"width": WIDTH, "height": HEIGHTS.get(name, HEIGHT)})
            page.screenshot(path=IMAGES / f"{name}.png")
            print(f"docs/images/{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ADDRESS)
