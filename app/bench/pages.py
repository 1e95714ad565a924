"""Measurements of single pages in this process (PRF-1 to PRF-3, PRF-5, PRF-11 to PRF-14)."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import brotli
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import assets, logs, templating
from app.bench.canonical import canonical
from app.bench.client import Unexpected
from app.bench.metrics import Metric, cpu_ratio, percentile, seconds_of
from app.bench.overhead import spent_on
from app.bench.scratch import CHILDREN
from app.bench.walks import measured_urn, mentor_of_first, record_of_first, start, to_check_answers, tutor
from app.bench.world import in_use

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator, Mapping

    from app.bench.client import Client
    from app.bench.overhead import Spent
    from app.bench.world import World

LISTS = ("/school/home", "/school/ects", "/school/mentors", "/school/partnerships")
PARTIAL = {"hx-request": "true"}
GROWN = ("/school/home", "/school/ects")
TWINS = {
    "question": "question.html",
    "check answers": "check.html",
    "list": "list.html",
    "mentor list": "list.html",
    "ECT record": "ect.html",
    "mentor record": "mentor.html",
}
"""The template written by hand beside each page that is measured; both lists have the same one."""
LISTED = {"list": "/school/ects", "mentor list": "/school/mentors"}
MEASURED_WHOLE = ("question", "check answers", "list", "ECT record")
ROUNDS = 40
TURNS = 3
"""How often each of two databases has its turn, so that a busy machine hurts both."""


async def queries(world: World) -> list[Metric]:
    """Count the statements of pages at 1, 10 and 100 current ECTs (PRF-3, PRF-10)."""
    made = []
    async with in_use(world):
        counts: dict[str, list[int]] = {}
        for children in CHILDREN:
            client = await tutor(world.app, measured_urn(children))
            record = await record_of_first(client)
            for name, path in {**{path: path for path in LISTS}, "/school/ects/{id}": record}.items():
                await client.get(path)
                counts.setdefault(name, []).append(await _statements(client, path))
        for name, found in counts.items():
            equal = "the same at 1, 10 and 100" if len(set(found)) == 1 else f"at 1, 10, 100: {found}"
            made.append(Metric(f"queries {name}", max(found), "statements", 6, note=equal))
            made.append(Metric(f"queries growth {name}", max(found) - min(found), "statements", 0))
    return made


async def _statements(client: Client, path: str) -> int:
    """Return how many statements a page sends, session and access included."""
    return int((await logged(client, path))["db_count"])


async def logged(client: Client, path: str) -> dict[str, Any]:
    """Return the fields of a request's log line."""
    heard = Ear()
    with heard.listening():
        await client.get(path)
    return heard.lines[0]


class Ear(logging.Handler):
    """Hears the log lines of requests."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[dict[str, Any]] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what is logged in the body."""
        logs.REQUESTS.setLevel(logging.INFO)
        logs.REQUESTS.addHandler(self)
        try:
            yield
        finally:
            logs.REQUESTS.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the fields of a line."""
        self.lines.append(vars(record)["fields"])


async def weight(world: World) -> list[Metric]:
    """Weigh what a browser loads, compressed (PRF-11 to PRF-14)."""
    async with in_use(world):
        client = await tutor(world.app, measured_urn(100))
        listed = await client.get("/school/ects", **PARTIAL)
        whole_list = await client.get("/school/ects")
        await start(client, world.new_trn())
        question = await client.get(client.address)
        swapped = await client.get(client.address, **PARTIAL)
    files = assets.assets("generic")
    names = ("app.css", "app.js", "vendor/htmx/htmx.min.js", "vendor/govuk-frontend/govuk-frontend.min.js", "icon.svg")
    scripts = sum(_wire(files[name]) for name in names if name.endswith(".js"))
    extra = _wire(files["vendor/accessible-autocomplete/accessible-autocomplete.min.js"])
    page = _packed(question.body)
    first = page + sum(_wire(files[name]) for name in names)
    return [
        Metric("weight first view of a question", first, "bytes", 65_000),
        Metric("weight first view, requests", 1 + len(names), "requests", 8),
        Metric("weight swap of a question", _packed(swapped.body), "bytes", 3_000),
        Metric("weight swap of a 20-row list", _packed(listed.body), "bytes", 6_000),
        Metric(
            "weight repeat view", max(page, _packed(whole_list.body)), "bytes", 6_000, note="the list is the larger"
        ),
        Metric("weight script of a question", scripts, "bytes", 32_000),
        Metric("weight script anywhere", scripts + extra, "bytes", 50_000),
    ]


def _wire(file: assets.Asset) -> int:
    return len(file.encoded.get("br", file.content))


def _packed(body: bytes) -> int:
    """Return the size as a proxy sends it; quality 5 is what proxies use for pages."""
    return len(brotli.compress(body, quality=5))


async def render(world: World) -> list[Metric]:
    """Compare rendering with plain templates that give the same HTML (PRF-1), and with the whole page (PRF-2)."""
    plain = _by_hand()
    made = []
    async with in_use(world):
        client = await tutor(world.app, measured_urn(100))
        for name, template in TWINS.items():
            await _walk_to(world, client, name)
            for kind, headers in {"full": {}, "partial": PARTIAL}.items():
                ours, variables = await captured(client, headers)
                ratio = _compared(plain, template, ours, variables)
                made.append(Metric(f"render {name}, {kind} (R1)", ratio, "ratio", 1.3, note="the same HTML"))
            if name in MEASURED_WHOLE:
                made.append(_rest(name, await spent_on(client, client.address)))
    return made


def _rest(name: str, spent: Spent) -> Metric:
    """Tell what share of a page's processor time is neither template nor driver (PRF-2)."""
    whole, template, driver = (seconds * 1_000 for seconds in (spent.whole, spent.rendering, spent.driver))
    note = f"{whole:.1f} ms of processor, {template:.1f} rendering, {driver:.1f} driver"
    return Metric(f"render {name}, the rest (R2)", spent.rest, "ratio", 0.1, note=note)


def _by_hand() -> Environment:
    """Return the environment of the templates written out by hand: Jinja as it comes."""
    plain = Environment(
        loader=FileSystemLoader(templating.TEMPLATES.parent / "app" / "bench" / "plain"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = ("gov_date", "gov_time", "gov_datetime", "mid_sentence")
    plain.filters |= {name: templating.environment().filters[name] for name in filters}
    plain.globals |= {"asset": assets.asset, "inline_script": templating.environment().globals["inline_script"]}
    return plain


async def _walk_to(world: World, client: Client, name: str) -> None:
    if name == "question":
        await _expect("review-ect", start(client, world.new_trn()))
    elif name == "check answers":
        await _expect("check-answers", to_check_answers(client, world.new_trn()))
    else:
        found = {"ECT record": record_of_first, "mentor record": mentor_of_first}.get(name)
        client.address = await found(client) if found else LISTED[name]


async def _expect(step: str, walked: Awaitable[str]) -> None:
    reached = await walked
    if reached != step:
        raise Unexpected(f"{reached} instead of {step}")


async def captured(client: Client, headers: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """Return the template and the variables that a page was rendered with."""
    kept: list[tuple[str, Mapping[str, Any]]] = []
    rendering = templating.render

    def keeping(template: str, context: Mapping[str, object]) -> str:
        kept.append((template, dict(context)))
        return rendering(template, context)

    templating.render = keeping
    try:
        await client.get(client.address, **headers)
    finally:
        templating.render = rendering
    if not kept:
        raise Unexpected(f"{client.address} rendered nothing: {client.last.status}")
    return kept[-1]


def _compared(plain: Environment, template: str, ours: str, variables: Mapping[str, Any]) -> float:
    by_hand = plain.get_template(template)
    expected, made = canonical(templating.render(ours, variables)), canonical(by_hand.render(variables))
    if made != expected:
        first = next((pair for pair in zip(expected, made, strict=False) if pair[0] != pair[1]), ("the end", "more"))
        raise Unexpected(f"{template} differs from {ours}: {first[0]!r} there, {first[1]!r} here")
    return cpu_ratio(lambda: templating.render(ours, variables), lambda: by_hand.render(variables))


async def growth(world: World) -> list[Metric]:
    """Compare page times of the same school with those at a tenth of the size (PRF-5)."""
    if world.smaller is None:
        return []
    names = (*GROWN, "/school/ects/{id}")
    small: dict[str, list[float]] = {name: [] for name in names}
    large: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(TURNS):
        for scratch, taken in ((world.smaller, small), (world.scratch, large)):
            async with in_use(world, scratch):
                client = await tutor(world.app, measured_urn(10))
                record = await record_of_first(client)
                for name, path in zip(names, (*GROWN, record), strict=True):
                    taken[name] += (await seconds_of(partial(client.get, path), ROUNDS + 8))[8:]
    note = f"{world.scratch.name} against {world.smaller.name}"
    return [
        Metric(f"growth {name} (R5)", undisturbed(large[name]) / undisturbed(small[name]), "ratio", 1.1, note=note)
        for name in names
    ]


def undisturbed(taken: list[float]) -> float:
    """Return what a run takes when nothing else is in the way: one in five is as quick."""
    return percentile(taken, 0.2)
