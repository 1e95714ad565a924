"""The states of every kind of page of the support console, for a browser to look at: found by following its links.

One of the pages that differ only in what they are about is looked at, with what its form says to nothing at all and to
what it asks for.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.browser.states import PART, URLENCODED, Seen, State, refused, shape, shown
from tests.web.autopilot import main_form
from tests.web.test_forms_forged import undone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.web.autopilot import PostedForm
    from tests.web.conftest import Browser

PAGES = re.compile(r"/admin(?:/.*)?")
ALIKE = (
    (re.compile(r"\?.*"), ""),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{5,}"), "_"),
    (re.compile(r"^(/admin/(?:settings|reminders))/[^/]+"), r"\1/_"),
    (re.compile(r"^(/admin/reference-data/[^/]+)/(?!new$|copy$)[^/]+"), r"\1/_"),
)
"""What the addresses of the same kind of page differ in."""
EVERY_RIGHT = ("support", "data", "manager")
SCHOOL, ECT = "9000001", "9900101"
"""Of the demo: a school with much of everything, and somebody who is registered there."""
ASKED = {"urn": SCHOOL, "trn": ECT, "role": "ect", "email": "nobody@amberley.example"}
FILTERED = (
    "people?q=nobody",
    "schools?q=nobody",
    "queues/q-01?show=snoozed",
    "queues/q-01?done=take",
    f"email-holder?{urlencode({'email': 'taken@amberley.example'})}",
    f"schools/{SCHOOL}/timeline?since=never",
    "feedback?since=never",
    "statistics?range=7&region=Nowhere",
    "statistics?range=custom&from=never",
    "explain?urn=1",
    *(f"explain?{urlencode({'question': question, **ASKED})}" for question in ("register", "see", "sign_in")),
)
"""What lists and questions answer to what they are asked for."""
WITHOUT_RIGHT = ("", f"schools/{SCHOOL}", "queues/q-01", "settings", "bulk", "people/nobody")
ACTING = ("/school/home", "/school/ects", "/admin/acting/elevate", "/admin")
FILLED_IN = {
    "note": "Asked for in a telephone call",
    "reason": "checking_report",
    "trns": "9900101 9900102 9900001 1234567",
}


def kind_of(path: str) -> str:
    """Return what the addresses of one kind of page have in common."""
    for differs, instead in ALIKE:
        path = differs.sub(instead, path)
    return path


async def console_states(browser: Browser) -> list[State]:
    """Return the states of the console as staff with every right meet them, and with none, and acting for a school."""
    seen = Seen()
    await browser.sign_in_as_staff(*EVERY_RIGHT)
    await follow(browser, seen, ["/admin"])
    await visit(browser, seen, [f"/admin/{path}" for path in FILTERED], "asked for")
    async with undone():
        await act_as(browser, seen)
    await browser.sign_in_as_staff()
    await visit(browser, seen, [f"/admin/{path}".rstrip("/") for path in WITHOUT_RIGHT], "without rights")
    return new_parts_marked(seen.states)


async def follow(browser: Browser, seen: Seen, waiting: list[str]) -> None:
    """Look at one of each kind of page that links lead to."""
    kinds: set[str] = set()
    while waiting:
        path = waiting.pop()
        kind = kind_of(path)
        if kind in kinds:
            continue
        state = await shown(browser, path)
        kinds.add(kind)
        if state is None:
            continue
        assert state.whole.status_code == 200, path
        seen.keep(state)
        await fill(browser, seen, state, kinds)
        links = map(str, state.root.xpath("//main//a/@href | //header//a/@href"))
        waiting += [link for link in links if PAGES.fullmatch(link)]


async def visit(browser: Browser, seen: Seen, paths: Sequence[str], kind: str) -> None:
    """Look at pages."""
    for path in paths:
        seen.keep(await shown(browser, path, kind))


async def act_as(browser: Browser, seen: Seen) -> None:
    """Look at pages as staff who act for a school."""
    path = f"/admin/schools/{SCHOOL}/act-as"
    await browser.get(path)
    await browser.post(path, FILLED_IN)
    await visit(browser, seen, ACTING, "acting")


async def fill(browser: Browser, seen: Seen, state: State, kinds: set[str]) -> None:
    """Look at what the form of a page says to nothing, and what it leads to when it is filled in."""
    form = main_form(state.whole.text, state.path)
    if form is None or not PAGES.fullmatch(form.url):
        return
    seen.keep(await refused(browser, form))
    cookies = [*browser.client.cookies.jar]
    async with undone():
        seen.keep(await filled_in(browser, form, kinds))
    for cookie in cookies:  # a session that was given another id goes on under its own
        browser.client.cookies.jar.set_cookie(cookie)


async def filled_in(browser: Browser, form: PostedForm, kinds: set[str]) -> State | None:
    """Send a form filled in; returns the page that checks it, or a page of a kind not seen that it leads to."""
    body = urlencode({name: FILLED_IN.get(name, value) for name, value in form.filled().items()})
    whole = await browser.send("POST", form.url, content=body, headers=URLENCODED)
    if whole.status_code == 303 and kind_of(whole.headers["location"]) not in kinds:
        kinds.add(kind_of(whole.headers["location"]))
        return await shown(browser, whole.headers["location"], "led to")
    if whole.status_code != 200 or not whole.headers["content-type"].startswith("text/html"):
        return None
    part = await browser.send("POST", form.url, content=body, headers=URLENCODED | PART)
    return State(form.url, "filled in", whole, part)


def new_parts_marked(states: Sequence[State]) -> list[State]:
    """Have those pages looked at closely that hold a table, or a part that none before them did."""
    parts, marked = set[object](), []
    for state in states:
        own = shape(state)
        table = state.kind == "first" and any("govuk-table" in str(part) for part in own)
        marked.append(replace(state, closely=table or not own <= parts))
        parts |= own
    return marked
