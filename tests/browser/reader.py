"""Somebody who reads pages: goes on, answers, and looks at every page state as an accessibility tester would."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXPECTED_FAILURES = re.compile(r"the server responded with a status of (4\d\d|503)|net::ERR_")
RULES = ["css-orientation-lock", "p-as-heading", "focus-order-semantics"]
"""Rules of axe that no tag brings (QUA-2.2)."""
RUN_AXE = """async ([tags, rules]) => {
    const options = { resultTypes: ["violations", "incomplete"], selectors: false };
    const settled = ({ tags: own }) => !own.includes("experimental") && !own.includes("deprecated");
    options.runOnly = { type: "rule", values: [...axe.getRules(tags).filter(settled).map((rule) => rule.ruleId), ...rules] };
    const found = await axe.run(document, options);
    const say = (kind) => (rule) => rule.nodes
        .filter((node) => !(rule.id === "region" && node.html.includes("govuk-back-link")))
        .map((node) => `${kind} ${rule.id}: ${node.html.slice(0, 160)}`);
    return [...found.violations.flatMap(say("violation")), ...found.incomplete.flatMap(say("incomplete"))];
}"""

SHAPE = """() => [...new Set([...document.querySelectorAll("*")].map((one) => `${one.tagName} ${one.className} ${one.type}`))]
    .sort().join()"""
seen: set[tuple[str, bool]] = set()
"""The page states looked at in this run: path pattern with status words, and whether JavaScript ran."""
shapes: set[str] = set()
"""What the pages that axe has seen in this run were built of."""


async def axe_finds(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    """Return what axe, which is in the page already, finds there: what is wrong, and what it cannot decide (QUA-2.2)."""
    found: list[str] = await page.evaluate(RUN_AXE, [TAGS, [*rules]])
    return found


class Reader:
    """One browser window of one person."""

    def __init__(self, context: BrowserContext, page: Page, *, javascript: bool) -> None:
        self.context = context
        self.page = page
        self.javascript = javascript
        self.complaints: list[str] = []
        self.posts: list[str] = []
        self.watch(page)

    def watch(self, page: Page) -> None:
        """Listen for errors, broken content policy, what is posted, and files of other hosts (SEC-7, PRF-16)."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._on_request)

    def _on_request(self, request: Request) -> None:
        if request.method == "POST":
            self.posts.append(request.url)
        asked, own = urlsplit(request.url), urlsplit(request.frame.url)
        if not request.is_navigation_request() and asked.scheme.startswith("http") and asked.netloc != own.netloc:
            self.complaints.append(f"{own.path} asks {asked.netloc}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED_FAILURES.search(message.text):
            self.complaints.append(message.text)

    async def turn_to(self, tab: Page) -> None:
        """Go on in another tab; one in the background is drawn once a second at most."""
        self.page = tab
        await tab.bring_to_front()

    async def open(self, path: str) -> None:
        """Open an address by hand."""
        await self.page.goto(path)
        await self.look()

    @property
    def step(self) -> str:
        """The last segment of the address."""
        return self.page.url.split("?")[0].rpartition("/")[2]

    async def h1(self) -> str:
        """Return the heading."""
        return " ".join((await self.page.locator("h1").inner_text()).split())

    async def text(self) -> str:
        """Return the words of the main part."""
        return " ".join((await self.page.locator("main").inner_text()).split())

    async def press(self, button: str, step: str = "") -> None:
        """Press a button of the page and wait for the page it leads to."""
        before = await self.page.locator("main").evaluate("(main) => main.dataset.read = 'yes'")
        assert before == "yes"
        await self.page.get_by_role("button", name=button, exact=True).first.click()
        await self.arrive(step)

    async def follow(self, link: str, step: str = "") -> None:
        """Follow a link of the page and wait for the page it leads to."""
        await self.page.locator("main").evaluate("(main) => { main.dataset.read = 'yes'; }")
        await self.page.locator("#page a", has_text=re.compile(rf"^\s*{re.escape(link)}")).first.click()
        await self.arrive(step)

    async def arrive(self, step: str = "") -> None:
        """Wait until another page is there, whole or swapped in; with a step, until it is that one."""
        await self.page.wait_for_selector("main:not([data-read])")
        await self.page.wait_for_load_state("load")
        await self.page.wait_for_selector(":not(.htmx-swapping):not(.htmx-settling) > main", state="attached")
        if step:
            await self.page.wait_for_url(re.compile(rf"/{step}(\?.*)?$"))
        await self.look()

    async def fill(self, **fields: str) -> None:
        """Type into boxes, by field name."""
        for name, value in fields.items():
            await self.page.fill(f"main [name={name}]", value)

    async def choose(self, label: str) -> None:
        """Choose a radio by the beginning of its words."""
        await self.page.locator("main label", has_text=re.compile(rf"^\s*{re.escape(label)}")).first.click()

    async def choose_body(self, name: str) -> None:
        """Choose an appropriate body: by typing where JavaScript runs, from the list elsewhere."""
        if not self.javascript:
            await self.page.select_option("select[name=appropriate_body_id]", label=name)
            return
        box = self.page.locator("input#appropriate_body_id")  # there once the type-ahead stands over the list
        await box.fill(name[:5])
        await self.page.get_by_role("option", name=name).first.click()

    async def look(self) -> None:
        """Check what every page state must hold: title, focus, width, and axe the first time it is seen."""
        heading = await self.h1()
        failed = await self.page.locator(".govuk-error-summary").count()
        await expect(self.page).to_have_title(re.compile("^" + re.escape(("Error: " if failed else "") + heading)))
        if self.javascript and failed:
            await expect(self.page.locator(".govuk-error-summary")).to_be_focused()
        state = (
            re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", self.page.url.split("/", 3)[3]) + "!" * failed,
            self.javascript,
        )
        if state in seen:
            return
        seen.add(state)
        await self.page.set_viewport_size({"width": 320, "height": 900})
        wide = await self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{state[0]} scrolls sideways by {wide} px at 320 px"
        await self.page.set_viewport_size({"width": 1280, "height": 900})
        shape = await self.page.evaluate(SHAPE)
        if self.javascript and shape not in shapes:
            shapes.add(shape)
            assert await self.axe() == [], state

    async def axe(self) -> list[str]:
        """Return what axe finds on the page as it is."""
        if not await self.page.evaluate("() => typeof window.axe === 'object'"):
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        return await axe_finds(self.page)

    async def leave(self) -> None:
        """Check at the end that nothing broke and nothing was left in the browser (HTX-12)."""
        assert self.complaints == []
        if self.javascript:
            left: Any = await self.page.evaluate("() => [localStorage.length, sessionStorage.length]")
            assert left == [0, 0]
