"""The table and the plot of docs/performance.md, from JSON files of `register bench --json`.

`python -m app.bench.report [--plot NAME] FILE…` writes `docs/images/NAME.svg` (`performance`) and prints the table.
"""

from __future__ import annotations

import json
from html import escape
from math import log10
from pathlib import Path
from typing import Any

import click

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
LEFT, WIDTH, ROW = 330, 330, 20
SPAN = 1.5
"""The plot reaches from a hundredth and a half of a bar to as many times as much, as powers of ten."""
WHOLE = 100
GOOD, BAD = "#00703c", "#d4351c"


def share(one: dict[str, Any]) -> float:
    """Return how many times its bar a value is; above 1 it misses."""
    value, target = max(float(one["value"]), 1e-3), float(one["target"])
    return value / target if one["better"] == "lower" else target / value


def svg(found: list[dict[str, Any]]) -> str:
    """Return one bar for each value with a bar, from its own bar in the middle: left of it is better."""
    shown = [one for one in found if one["target"]]
    middle, height = LEFT + WIDTH / 2, ROW * len(shown) + 40
    size = f'width="{LEFT + WIDTH + 90}" height="{height}" role="img" font-family="sans-serif" font-size="12"'
    title = "<title>Measured values as multiples of their bars</title>"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{title}<rect width="100%" height="100%" fill="#fff"/>']
    for number, one in enumerate(shown):
        times, top = share(one), 24 + number * ROW
        length = max(-SPAN, min(SPAN, log10(times))) / SPAN * WIDTH / 2
        x, colour = (middle, BAD) if times > 1 else (middle + length, GOOD)
        parts.append(
            f'<text x="{LEFT - 8}" y="{top + 12}" text-anchor="end">{escape(one["name"])}</text>'
            f'<rect x="{x:.1f}" y="{top + 2}" width="{max(abs(length), 1):.1f}" height="{ROW - 6}" fill="{colour}"/>'
            f'<text x="{LEFT + WIDTH + 8}" y="{top + 12}">{times:.2f} of its bar</text>'
        )
    parts.append(f'<line x1="{middle}" y1="18" x2="{middle}" y2="{height - 12}" stroke="#0b0c0c"/>')
    parts.append(f'<text x="{middle}" y="14" text-anchor="middle">the bar</text></svg>\n')
    return "\n".join(parts)


def table(found: list[dict[str, Any]]) -> str:
    """Return the values as a Markdown table."""
    lines = ["| Metric | Value | Bar | |", "|---|---|---|---|"]
    for one in found:
        sign = "≤" if one["better"] == "lower" else "≥"
        bar = "–" if one["target"] is None else f"{sign} {one['target']:g}"
        verdict = "–" if one["target"] is None else "met" if one["met"] else "**missed**"
        note = f" ({one['note']})" if one["note"] else ""
        lines.append(f"| {one['name']} | {amount(one['value'])} {one['unit']}{note} | {bar} | {verdict} |")
    return "\n".join(lines)


def amount(value: float) -> str:
    """Return a number with as many digits as mean something."""
    return f"{value:,.0f}" if value >= WHOLE or value == int(value) else f"{value:.2f}"


@click.command()
@click.option("--plot", default="performance", show_default=True, help="name of the picture")
@click.argument("paths", nargs=-1, required=True)
def main(plot: str, paths: tuple[str, ...]) -> None:
    """Read the files, write the plot, print the table."""
    found = [one for path in paths for one in json.loads(Path(path).read_text(encoding="utf-8"))]
    (IMAGES / f"{plot}.svg").write_text(svg(found), encoding="utf-8")
    click.echo(table(found))


if __name__ == "__main__":
    main()
