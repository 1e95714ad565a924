"""Looks at one state of a page after another in a window: swapped in and whole, narrow and wide.

What is looked at in a page is in `checks.js`.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import ViewportSize

from tests.browser.reader import AXE, EXPECTED_FAILURES, RULES, axe_finds
from tests.browser.serving import free_port, serving
from tests.browser.states import State, shape
from tests.web.sample import app as files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from playwright.async_api import Browser as Chromium
    from playwright.async_api import Page

CHECKS = Path(__file__).with_name("checks.js")
WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=320, height=256)
MENU_FOLLOWED = """() => [...document.querySelectorAll(".govuk-js-service-navigation-toggle")]
    .every((toggle) => toggle.hidden || !toggle.offsetParent)"""
"""In a wide window there is no menu button; the component hears of the new width a moment after the page."""
TWICE_AS_LARGE = "html { font-size: 200% }"
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
RULES_OF_MARKUP = [rule for rule in RULES if rule != "css-orientation-lock"]
"""Reading style sheets takes a script; they are the same ones with scripts."""
SWAP = """async () => {
    const before = document.querySelector("main");
    document.querySelector("header a[href]").click();
    const busy = ".htmx-request, .htmx-swapping, .htmx-settling, select[data-autocomplete]:not([data-enhanced])";
    const settled = () => document.querySelector("main") !== before && !document.querySelector(busy);
    for (let times = 0; times < 2000 && !settled(); times += 1) await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => setTimeout(done, 25));
    const heading = document.querySelector("h1").textContent.trim().replace(/\\s+/g, " ");
    const at = document.activeElement;
    return { settled: settled(), heading, title: document.title, focus: at.matches("h1, .govuk-error-summary, .govuk-notification-banner") };
}"""
SHOW = """(text) => {
    const shown = new DOMParser().parseFromString(text, "text/html");
    document.title = shown.title;
    document.body.replaceWith(document.adoptNode(shown.body));
}"""
AT_ONCE = "() => { window.setTimeout = (then, _wait, ...given) => { Promise.resolve().then(() => then(...given)); return 1; }; }"
"""What axe waits with, for a page whose timers are switched off together with its scripts."""


class Replay:
    """Serves the state it is set to at every address, and the files of the pages without asking any database."""

    def __init__(self, first: State) -> None:
        self.state = first

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the application did."""
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await files(scope, receive, send)
            return
        asked = dict(scope["headers"])
        answer = self.state.part if asked.get(b"hx-request") == b"true" else self.state.whole
        left_out = {b"content-length", b"content-encoding", b"cache-control"}
        headers = [pair for pair in answer.headers.raw if pair[0].lower() not in left_out]
        headers.append((b"cache-control", b"no-store"))  # or the browser keeps a page that is gone for good
        await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": answer.content})


class Findings:
    """What is wrong, and in which states."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = defaultdict(list)

    def add(self, what: str, state: State, found: Sequence[str]) -> None:
        """Keep sentences about a state."""
        for sentence in found:
            self.found[f"{what}: {sentence}"].append(state.name)

    def __str__(self) -> str:
        return "\n".join(f"{what}\n    in {len(where)}: {where[:3]}" for what, where in self.found.items())


class Looking:
    """Looks at one state after another in a window."""

    def __init__(self, page: Page, replay: Replay, findings: Findings) -> None:
        self.page = page
        self.replay = replay
        self.findings = findings
        self.shapes: set[frozenset[object]] = set()
        page.on("console", lambda said: self.complain(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda fault: self.complain(str(fault)))

    def complain(self, text: str) -> None:
        """Keep what the browser complains of."""
        if not EXPECTED_FAILURES.search(text) and "status of 500" not in text:
            self.findings.add("console", self.replay.state, [text])

    async def begin(self, address: str) -> None:
        """Open the first page, and bring what to look with."""
        await self.page.goto(address)
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        await self.page.evaluate(CHECKS.read_text(encoding="utf-8"))

    async def check(self, what: str, name: str) -> None:
        """Run one of the checks."""
        self.findings.add(what, self.replay.state, await self.page.evaluate(f"() => checks.{name}()"))

    async def styled(self, what: str, style: str) -> None:
        """See whether anything is lost with more style."""
        await self.page.evaluate("(style) => checks.styled(style)", style)
        await self.check(what, "lost")
        await self.page.evaluate("() => checks.styled('')")

    async def axe(self, what: str, rules: Sequence[str] = RULES) -> None:
        """Run axe."""
        self.findings.add(what, self.replay.state, await axe_finds(self.page, rules))

    async def swap(self, state: State) -> None:
        """Have the state swapped in, and see that the reader is told where they are."""
        self.replay.state = state
        now = await self.page.evaluate(SWAP)
        title = ("Error: " if state.refused else "") + now["heading"]
        missing = [what for what in ("settled", "focus") if not now[what]]
        self.findings.add("HTX-1", state, [f"no {what} after a swap" for what in missing])
        self.findings.add("AX-6", state, [] if now["title"].startswith(title) else [f"{now['title']} is not {title}"])

    async def swapped(self, state: State) -> None:
        """Look at a state that was swapped in, in a narrow window; the first of each shape also with other styles and wide."""
        await self.swap(state)
        await self.check("AX-7", "lost")
        await self.check("AX-16", "order")
        await self.check("AX-3, AX-4", "focus")
        if state.closely and (seen := shape(state)) not in self.shapes:
            self.shapes.add(seen)
            await self.styled("AX-9", SPACED)
            await self.page.set_viewport_size(WIDE)
            await self.closely()
            await self.page.set_viewport_size(NARROW)
        await self.check("HTX-10", "components")

    async def closely(self) -> None:
        """Look at a page in a wide window: size of text, edges, motion, contrast, forced colours, and axe."""
        await self.page.wait_for_function(MENU_FOLLOWED)
        await self.styled("AX-8", TWICE_AS_LARGE)
        await self.check("AX-10", "borders")
        await self.check("AX-14", "still")
        await self.check("AX-30", "contrast")
        await self.axe("axe")
        await self.page.emulate_media(forced_colors="active")
        await self.check("AX-13", "edges")
        await self.page.emulate_media(forced_colors="none")

    async def whole(self, state: State) -> None:
        """Look at a state as it is without scripts, in a narrow window."""
        self.replay.state = state
        await self.page.evaluate(SHOW, state.whole.text)
        await self.check("AX-7 without scripts", "lost")
        await self.check("AX-15", "dead")
        if (state.closely or state.kind == "first") and (seen := shape(state)) not in self.shapes:
            self.shapes.add(seen)
            await self.axe("axe without scripts", RULES_OF_MARKUP)


@asynccontextmanager
async def window(
    chromium: Chromium, replay: Replay, address: str, findings: Findings, **kind: Any
) -> AsyncIterator[Looking]:
    """Give a window on the first page."""
    context = await chromium.new_context(reduced_motion="reduce", viewport=NARROW, **kind)
    context.set_default_timeout(20_000)
    looks = Looking(await context.new_page(), replay, findings)
    await looks.begin(address)
    yield looks
    await context.close()


async def look_at(states: Sequence[State], chromium: Chromium) -> Findings:
    """Look at every state with scripts and without; returns what is wrong."""
    findings, replay = Findings(), Replay(states[0])
    taken, address = free_port()
    async with serving(replay, taken):
        async with window(chromium, replay, address, findings) as looks:
            for state in states:
                await looks.swapped(state)
        async with window(chromium, replay, address, findings, java_script_enabled=False) as looks:
            await looks.page.evaluate(AT_ONCE)
            for state in states:
                await looks.whole(state)
    return findings
