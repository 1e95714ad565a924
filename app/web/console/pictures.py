"""Charts as pictures drawn on the server: where each line, bar and word of an SVG lies (ADM-12.2). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.console.statistics import HIDDEN, SMALLEST

if TYPE_CHECKING:
    from app.console.statistics import Chart

WIDTH = 640
LEFT, RIGHT, TOP, HIGH = 56, 16, 12, 220
ROW, GAP, WORDS, MOST_LETTERS = 22, 14, 230, 30
ONE_DECIMAL_BELOW = 10
MARKS = ("solid", "dashed")
"""How series differ besides their colour: the style of their lines and bars."""


@dataclass(frozen=True)
class Line:
    """A line by its points, and its mark."""

    name: str
    points: str
    mark: str


@dataclass(frozen=True)
class Bar:
    """A bar with the number at its end."""

    x: int
    y: int
    width: int
    mark: str
    number: str


@dataclass(frozen=True)
class Word:
    """A label and where it stands; anchor as in SVG."""

    x: int
    y: int
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Picture:
    """Everything of an SVG but its title and description."""

    height: int
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    words: tuple[Word, ...] = ()
    axes: tuple[tuple[int, int, int, int], ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    """The legend: mark and name of each series."""
    width: int = WIDTH


def draw(chart: Chart) -> Picture | None:
    """Return the picture of a chart; None when there is nothing to draw."""
    if chart.empty:
        return None
    return _lines(chart) if chart.kind == "lines" else _bars(chart)


def _legend(chart: Chart) -> tuple[tuple[str, str], ...]:
    return tuple((MARKS[place], series.name) for place, series in enumerate(chart.series))


def _lines(chart: Chart) -> Picture:
    most = max(value for series in chart.series for value in series.values)
    steps = max(1, len(chart.labels) - 1)
    wide = WIDTH - LEFT - RIGHT
    lines = tuple(
        Line(
            series.name,
            " ".join(
                f"{LEFT + wide * place / steps:.1f},{TOP + HIGH * (1 - value / most):.1f}"
                for place, value in enumerate(series.values)
            ),
            MARKS[number],
        )
        for number, series in enumerate(chart.series)
    )
    bottom = TOP + HIGH
    words = (
        Word(LEFT - 8, TOP + 6, f"{most:,.0f}" if most >= ONE_DECIMAL_BELOW else f"{most:.1f}", "end"),
        Word(LEFT - 8, bottom, "0", "end"),
        Word(LEFT, bottom + 22, chart.labels[0]),
        Word(WIDTH - RIGHT, bottom + 22, chart.labels[-1], "end"),
    )
    axes = ((LEFT, TOP, LEFT, bottom), (LEFT, bottom, WIDTH - RIGHT, bottom))
    return Picture(bottom + 34, lines, words=words, axes=axes, marks=_legend(chart))


def _bars(chart: Chart) -> Picture:
    most = max(value for series in chart.series for value in series.values)
    wide = WIDTH - WORDS - LEFT - RIGHT
    bars, words, y = list[Bar](), list[Word](), TOP
    for place, label in enumerate(chart.labels):
        words.append(Word(0, y + ROW - 6, label if len(label) <= MOST_LETTERS else f"{label[:MOST_LETTERS]}…"))
        for number, series in enumerate(chart.series):
            value = series.values[place]
            bars.append(Bar(WORDS, y, round(wide * value / most), MARKS[number], _number(value)))
            y += ROW
        y += GAP
    return Picture(y, bars=tuple(bars), words=tuple(words), axes=((WORDS, TOP, WORDS, y - GAP),), marks=_legend(chart))


def _number(value: float) -> str:
    if value < SMALLEST and value != int(value):
        return HIDDEN
    return f"{value:.0f}" if value == int(value) else f"about {value:.0f}"
