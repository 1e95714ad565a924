"""Charts as pictures drawn on the server: how far lines and bars reach, and the words beside them (ADM-12.2). Pure.

Only lines and bars are SVG. Every word is text of the page, which wraps and grows as other text does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.console.statistics import HIDDEN, SMALLEST

if TYPE_CHECKING:
    from app.console.statistics import Chart

WHOLE = 100
"""Width and height of a picture in its own units."""
ONE_DECIMAL_BELOW = 10
MARKS = ("solid", "dashed")
"""How series differ besides their colour: the style of their lines and bars."""


@dataclass(frozen=True)
class Line:
    """A line by its points, and its mark."""

    points: str
    mark: str


@dataclass(frozen=True)
class Bar:
    """A bar of a series: how far it reaches, and the number that it stands for."""

    series: str
    reach: float
    mark: str
    number: str


@dataclass(frozen=True)
class Picture:
    """Lines between two days, or bars by what they are about."""

    lines: tuple[Line, ...] = ()
    most: str = ""
    """The number at the top of the scale of lines; at its bottom is 0."""
    ends: tuple[str, str] = ("", "")
    """The first and the last day of lines."""
    bars: tuple[tuple[str, tuple[Bar, ...]], ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    """The legend: mark and name of each series."""


def draw(chart: Chart) -> Picture | None:
    """Return the picture of a chart; None when there is nothing to draw."""
    if chart.empty:
        return None
    most = max(value for series in chart.series for value in series.values)
    return _lines(chart, most) if chart.kind == "lines" else _bars(chart, most)


def _legend(chart: Chart) -> tuple[tuple[str, str], ...]:
    return tuple((MARKS[place], series.name) for place, series in enumerate(chart.series))


def _lines(chart: Chart, most: float) -> Picture:
    steps = max(1, len(chart.labels) - 1)
    lines = tuple(
        Line(
            " ".join(
                f"{WHOLE * place / steps:.1f},{WHOLE * (1 - value / most):.1f}"
                for place, value in enumerate(series.values)
            ),
            MARKS[number],
        )
        for number, series in enumerate(chart.series)
    )
    top = f"{most:,.0f}" if most >= ONE_DECIMAL_BELOW else f"{most:.1f}"
    return Picture(lines, top, (chart.labels[0], chart.labels[-1]), marks=_legend(chart))


def _bars(chart: Chart, most: float) -> Picture:
    def bar(place: int, number: int) -> Bar:
        series = chart.series[number]
        value = series.values[place]
        return Bar(series.name, round(WHOLE * value / most, 1), MARKS[number], _written(value))

    bars = tuple(
        (label, tuple(bar(place, number) for number in range(len(chart.series))))
        for place, label in enumerate(chart.labels)
    )
    return Picture(bars=bars, marks=_legend(chart))


def _written(value: float) -> str:
    if value < SMALLEST and value != int(value):
        return HIDDEN
    return f"{value:.0f}" if value == int(value) else f"about {value:.0f}"
