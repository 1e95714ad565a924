"""Every state of every page that a school, or somebody on the way in, can meet: as a whole page and as a part of one.

The pages are found by the application's own table of routes and by going through each form, so a new route is a new
state without a word here. A state is kept as it was answered, for a browser to look at as often as it likes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from lxml import html

from app.db.engine import fetch
from app.web.policies import routes_with_policies
from tests import factories
from tests.cast import TODAY, sign_in
from tests.web.autopilot import IDS, journey, main_form
from tests.web.conftest import browser_of
from tests.web.sample import client as sample
from tests.web.test_forms_forged import place, somebody_found, undone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from tests.web.autopilot import PostedForm
    from tests.web.conftest import Browser
    from tests.web.test_forms_forged import Place

PART = {"HX-Request": "true"}
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
ERRORS = (400, 403, 404, 409, 410, 429, 500, 503)
FOUND_FIRST = re.compile(r"/find-(ect|mentor)$")
LISTS = (
    "ects?tab=completed",
    "ects?tab=left",
    "ects?q=nobody",
    "mentors?tab=left",
    "mentors?q=nobody",
    "mentors?sort=name",
)
EMPTY = ("home", "ects", "mentors", "partnerships", "notices", "drafts", "year")


@dataclass(frozen=True)
class State:
    """One state of a page: its path, what led to it, and the answer as a whole and as a part."""

    path: str
    kind: str
    whole: httpx.Response
    part: httpx.Response
    closely: bool = True
    """Whether a page of this shape is worth more than a quick look."""

    @property
    def name(self) -> str:
        """Return its path without ids, and what led to it."""
        return f"{IDS.sub('_', self.path)} ({self.kind})"

    @property
    def root(self) -> Any:
        """Return the whole page, parsed."""
        return html.document_fromstring(self.whole.text)

    @property
    def refused(self) -> bool:
        """Whether the page says what was wrong with a form."""
        return self.whole.status_code == 422


@dataclass
class Seen:
    """The states found so far; each shape of a form is gone through once."""

    states: list[State] = field(default_factory=list)
    forms: set[str] = field(default_factory=set)

    def keep(self, state: State | None) -> None:
        """Keep a state, if it is one."""
        if state is not None:
            self.states.append(state)


async def every_state(browser: Browser, app: Any) -> list[State]:
    """Return the states of the pages of schools, of the way in, and of errors; `browser` is on `app`."""
    seen = Seen()
    found = await place(app)
    async for visitor in visitors(app):
        await visit(visitor, seen, sorted(public_paths(app)), "visitor")
    await sign_in(browser, found.people.alice, found.people.ash)
    await browser.post("/school/choose", {"school_id": str(found.people.ash.public_id)})
    await stopped_training(found)
    for start in found.starts:
        seen.keep(await shown(browser, start))
        later = await go_through(browser, seen, start)
        if later:
            await go_through(browser, seen, later)
    await sign_in(browser, found.people.alice, found.people.ash)
    await visit(browser, seen, [f"/school/{path}" for path in LISTS], "filtered")
    await empty_school(browser, seen)
    seen.states += await error_pages()
    return seen.states


async def visitors(app: Any) -> AsyncIterator[Browser]:
    """Give somebody who is not signed in."""
    visitor = browser_of(app, headers={"X-With-Server-Date": TODAY})
    yield visitor
    await visitor.client.aclose()


def public_paths(app: Any) -> set[str]:
    """Return the address of every page for everybody; what a token would name is unknown."""
    paths = {
        path for path, method, policy in routes_with_policies(app) if (method, policy.audience) == ("GET", "anyone")
    }
    return {re.sub(r"\{\w+\}", "nonsense", path) for path in paths if not path.endswith(".json")}


async def visit(browser: Browser, seen: Seen, paths: list[str], kind: str) -> None:
    """Look at pages, and at what their forms say to nothing at all."""
    for path in paths:
        state = await shown(browser, path, kind)
        seen.keep(state)
        form = main_form(state.whole.text, path.partition("?")[0]) if state else None
        if form is not None and form.shape not in seen.forms:
            seen.forms.add(form.shape)
            seen.keep(await refused(browser, form))


async def go_through(browser: Browser, seen: Seen, start: str) -> str:
    """Go through a journey; returns where a registration goes on once somebody has been found."""
    async for form in journey(browser, start):
        if form.shape not in seen.forms:
            seen.forms.add(form.shape)
            if form.url != start:
                seen.keep(await shown(browser, form.url))
            seen.keep(await refused(browser, form))
            if form.saves:
                async with undone():
                    seen.keep(await confirmed(browser, form))
        if FOUND_FIRST.search(form.url):
            base = form.url.rpartition("/")[0]
            await somebody_found(UUID(base.rpartition("/")[2]))
            return "" if f"{IDS.sub('_', base)}/email-address" in seen.forms else base
    return ""


async def shown(browser: Browser, path: str, kind: str = "first") -> State | None:
    """Fetch a page both ways; None where the address leads on to another one or to no page."""
    whole = await browser.get(path)
    if not whole.headers.get("content-type", "").startswith("text/html") or not whole.text:
        return None
    return State(path, kind, whole, await browser.get(path, headers=PART))


async def refused(browser: Browser, form: PostedForm) -> State | None:
    """Send a form with nothing in it both ways; None where nothing is wrong with that."""
    body, answers = urlencode(form.hidden), []
    for headers in (URLENCODED, URLENCODED | PART):
        async with undone():
            answers.append(await browser.send("POST", form.url, content=body, headers=headers))
    whole, part = answers
    return State(form.url, "refused", whole, part) if whole.status_code == 422 else None


async def confirmed(browser: Browser, form: PostedForm) -> State | None:
    """Confirm a journey and look at the page it ends with."""
    answer = await browser.send("POST", form.url, data=form.filled())
    return await shown(browser, answer.headers["location"], "confirmed") if answer.status_code == 303 else None


async def stopped_training(found: Place) -> None:
    """Have a lead provider stop the training of somebody who then shows on home, list and record."""
    ended = {"finished_on": date(2025, 10, 1), "withdrawn_at": datetime(2025, 10, 1, tzinfo=UTC)}
    stopped = await factories.ect(found.people.ash, "Maximiliana-Konstantina Featherstonehaugh-Cholmondeley")
    provider = await factories.lead_provider("Stopping Provider")
    await factories.training(stopped, provider, **ended, withdrawal_reason="other")


async def empty_school(browser: Browser, seen: Seen) -> None:
    """Look at a school without anybody: before it has an induction tutor, afterwards, and while registration is closed."""
    dogwood = await factories.school("100009", "Dogwood School")
    dora = await factories.user("Dora Dogwood", "dora@dogwood.example")
    await factories.access(dogwood, dora)
    await sign_in(browser, dora, dogwood)
    await visit(browser, seen, ["/school/induction-tutor"], "without tutor")
    seen.keep(await shown(browser, "/school/induction-tutor/new"))
    await go_through(browser, seen, "/school/induction-tutor/new")
    await factories.induction_tutor(dogwood, dora, 2024)
    await visit(browser, seen, ["/school/induction-tutor"], "tutor not confirmed")
    seen.keep(await shown(browser, "/school/induction-tutor/confirm"))
    await go_through(browser, seen, "/school/induction-tutor/confirm")
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2025")
    await visit(browser, seen, [f"/school/{path}" for path in EMPTY], "empty")
    await factories.closure(date(2025, 11, 1), date(2025, 11, 20))
    await visit(browser, seen, ["/school/home", "/school/registration-closed"], "registration closed")
    await fetch("UPDATE school SET status_code = 2, closed_on = '2025-10-01' WHERE id = $1", dogwood.id)
    await visit(browser, seen, ["/school/access-denied"], "school closed")


async def error_pages() -> list[State]:
    """Return the page of each error."""
    states = []
    async with sample() as browser:
        for status in ERRORS:
            path = f"/error/{status}"
            states.append(State(path, "error", await browser.get(path), await browser.get(path, headers=PART)))
    return states


def shape(state: State) -> frozenset[object]:
    """Return what a page is built of, whatever it says: equal shapes are equal for whoever looks for faults of markup."""
    parts = {
        (element.tag, element.get("class"), element.get("type"), element.get("role"))
        for element in state.root.iter()
        if isinstance(element.tag, str)
    }
    return frozenset(parts)
