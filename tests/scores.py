"""The score sheet, docs/scores.md: `python -m tests.scores [JSON of register bench …]` (quality, section 8).

Tests that measure something note it; the rest is counted here. Nothing writes the sheet but this command.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ROOT = Path(__file__).resolve().parents[1]
SHEET, NOTES = ROOT / "docs" / "scores.md", ROOT / ".data" / "scores"
SPEC = ROOT / "docs" / "spec"
UNKNOWN = "not measured"
MANY = 100
RULE = r"[A-Z][A-Z0-9]{0,5}-\d+(?:\.\d+)?[a-z]?"
HEAD = re.compile(rf"\*\*({RULE})\*\*|^\|\s*({RULE})\s*\|", re.MULTILINE)
CITED = re.compile(rf"(?<![A-Za-z0-9-])({RULE})(?![0-9])")
ROW = re.compile(r"^\| (.+?) \| (.+?) \| .+? \| .+? \|$", re.MULTILINE)
INTRODUCTION = """# Scores

What `make test` and `register bench` found last, written by `python -m tests.scores FILE…` from what the tests noted \
(`.data/scores`) and the files of `register bench --json`. "Before" is what this page said until then; what nothing \
has measured since then stays as it was.

| Score | Value | Bar | Before |
|---|---|---|---|
"""


def note(name: str, value: object) -> None:
    """Keep what a test has measured for the next score sheet."""
    NOTES.mkdir(parents=True, exist_ok=True)
    (NOTES / name).write_text(str(value), encoding="utf-8")


@dataclass(frozen=True)
class Score:
    """One line of the sheet; find: its value from notes and metrics, None when nothing has measured it."""

    words: str
    bar: str
    find: Callable[[Mapping[str, Any]], object | None]


def noted(name: str) -> Callable[[Mapping[str, Any]], object | None]:
    """Return what reads a note."""
    return lambda _: (NOTES / name).read_text(encoding="utf-8") if (NOTES / name).exists() else None


def metric(*names: str, unit: str = "") -> Callable[[Mapping[str, Any]], object | None]:
    """Return what reads metrics of `register bench`, side by side; none when one is missing."""

    def find(found: Mapping[str, Any]) -> object | None:
        values = [found.get(name) for name in names]
        return None if None in values else ", ".join(amount(value) for value in values if value is not None) + unit

    return find


def amount(value: float) -> str:
    """Return a number with as many digits as mean something."""
    return f"{value:,.0f}" if value >= MANY or value == int(value) else f"{value:.3g}"


def constant(found: Mapping[str, Any]) -> object | None:
    """Count the pages that send as many statements for many people as for one."""
    grown = [value for name, value in found.items() if name.startswith("queries growth ")]
    return f"{grown.count(0)} of {len(grown)} measured" if grown else None


def worst(part: str) -> Callable[[Mapping[str, Any]], object | None]:
    """Return what reads the largest of all metrics with a part in their names."""

    def find(found: Mapping[str, Any]) -> object | None:
        values = [value for name, value in found.items() if part in name]
        return amount(max(values)) if values else None

    return find


def unmeasured(_: Mapping[str, Any]) -> None:
    """Say that nothing measures it yet."""


def cited() -> set[str]:
    """Return every rule that a test names."""
    return {rule for path in (ROOT / "tests").rglob("*.py") for rule in CITED.findall(path.read_text(encoding="utf-8"))}


def rules(name: str) -> tuple[str, ...]:
    """Return the rules of a document of the specification."""
    found = HEAD.findall((SPEC / name).read_text(encoding="utf-8"))
    return tuple(dict.fromkeys(one or other for one, other in found))


def share(name: str, part: str = "") -> Callable[[Mapping[str, Any]], object | None]:
    """Return what counts the rules of a document that tests name; part: how those that count begin."""

    def find(_: Mapping[str, Any]) -> object | None:
        wanted = [rule for rule in rules(name) if rule.startswith(part)]
        return f"{len(set(wanted) & cited())} of {len(wanted)}"

    return find


def criteria(_: Mapping[str, Any]) -> object | None:
    """Count the accessibility criteria with a check that a test names."""
    rows = re.findall(
        r"^\| \d\.\d+\.\d+ .*\| A+ \| (.*) \|$", (ROOT / "docs" / "accessibility.md").read_text("utf-8"), re.MULTILINE
    )
    checked = [row for row in rows if re.search(r"(?:AX|LNT|HTX|GDS)-\d", row) and "none needed" not in row]
    return f"{len(checked)} of {len(rows)}"


SCORES: tuple[Score, ...] = (
    Score("page states", "≥ 300", noted("page-states")),
    Score("axe violations and untriaged incompletes", "0; 0", noted("axe-findings")),
    Score("criteria with an automated check", "≥ 40 of 55", criteria),
    Score("stories passing without JavaScript and by keyboard only", "100 %", unmeasured),
    Score("component fixtures matched", "657 of 657", noted("fixtures")),
    Score("lint rules", "≥ 16", share("quality.md", "LNT-")),
    Score("fault rows automated", "44", share("quality.md", "FLT-")),
    Score("invariant violations", "0", unmeasured),
    Score("isolation cells and mutants killed", "100 %; 100 %", unmeasured),
    Score("applicable ASVS rows proved", "≥ 90 %", unmeasured),
    Score("personal data hits", "0", unmeasured),
    Score("requests failed in a rolling restart and in a migration under load", "0", unmeasured),
    Score("pages with constant queries", "all", constant),
    Score("R1", "≤ 1.3", worst("(R1)")),
    Score("R8", "≤ 20 ms", metric("registration processor time (R8)", unit=" ms")),
    Score("`year`", "p95 ≤ 300 ms, 0 lost, 0 twice", metric("year p95", "year registrations lost or made twice")),
    Score("provider sync of 20,000", "≤ 2 s, 0 missed", metric("sync people, server time", unit=" s")),
    Score("first view of a question page", "≤ 65 kB", metric("weight first view of a question", unit=" bytes")),
    Score("time of L, R and A", "≤ 90 s", unmeasured),
    *(
        Score(f"rules of the specification named by a test, {path.name}", "rising", share(path.name))
        for path in sorted(SPEC.glob("*.md"))
        if rules(path.name)
    ),
)


def metrics(paths: Iterable[str]) -> dict[str, float]:
    """Return the values of files of `register bench --json`; of the same name the last counts."""
    return {one["name"]: one["value"] for path in paths for one in json.loads(Path(path).read_text(encoding="utf-8"))}


def sheet(found: Mapping[str, Any], before: str) -> str:
    """Return the page; before: as it was."""
    held = {words: value for words, value in ROW.findall(before) if words != "Score" and "---" not in words}
    lines = []
    for score in SCORES:
        last = held.get(score.words, UNKNOWN)
        now = score.find(found)
        lines.append(f"| {score.words} | {last if now is None else now} | {score.bar} | {last} |")
    return INTRODUCTION + "\n".join(lines) + "\n"


def main(paths: list[str]) -> None:
    """Write the sheet."""
    before = SHEET.read_text(encoding="utf-8") if SHEET.exists() else ""
    SHEET.write_text(sheet(metrics(paths), before), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
