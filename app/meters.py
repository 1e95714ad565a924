"""Counts of what this process has done since it began, in the form that Prometheus reads (OPS-4, API-23.2)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_ANSWERS, MOST_ROUTES, MOST_OTHERS = 700, 450, 400
"""Series of each kind; what would be more is counted together, under no name."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0)
"""Seconds; the targets are at 0.2 (QUA-5.1)."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PARTS = {"/school": "school", "/admin": "support", "/api": "program", "/health": "machine", "/static": "machine"}
REST = "public"


class Answered(NamedTuple):
    """What is counted together; `lead_provider` is empty for whoever is not the program of one."""

    lead_provider: str
    method: str
    route: str
    status: int


class Took:
    """How long answers of one method and route took: seconds in all, and how many fell between two bounds."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self.counts = [0] * (len(BOUNDS) + 1)


class Meters:
    """Counts since the process began."""

    def __init__(self) -> None:
        self.answers: defaultdict[Answered, int] = defaultdict(int)
        self.took: defaultdict[tuple[str, str], Took] = defaultdict(Took)
        self.others: defaultdict[tuple[str, str, str], int] = defaultdict(int)

    def count(self, answered: Answered, seconds: float) -> None:
        """Count one answer and how long it took."""
        if answered not in self.answers:
            answered = self._named(answered)
        self.answers[answered] += 1
        route = answered.method, answered.route
        if route not in self.took and len(self.took) >= MOST_ROUTES:
            route = "", ""
        took = self.took[route]
        took.seconds += seconds
        took.counts[bisect_left(BOUNDS, seconds)] += 1

    def _named(self, answered: Answered) -> Answered:
        """Return what an answer is counted as for the first time; a word of the asker's is no method."""
        if answered.method not in METHODS:
            answered = answered._replace(method="OTHER")
        if len(self.answers) >= MOST_ANSWERS:
            answered = Answered("", answered.method, "", answered.status)
        return answered

    def note(self, name: str, label: str, value: str) -> None:
        """Count something else, by a word of our own."""
        key = name, label, value
        if key not in self.others and len(self.others) >= MOST_OTHERS:
            key = name, label, ""
        self.others[key] += 1

    def text(self) -> str:
        """Return everything counted, one line each."""
        lines = ["# TYPE requests_total counter"]
        lines += [f"requests_total{{{_labels(**one._asdict())}}} {n}" for one, n in sorted(self.answers.items())]
        lines.append("# TYPE request_seconds_total counter")
        for (method, route), took in sorted(self.took.items()):
            lines.append(f"request_seconds_total{{{_labels(method=method, route=route)}}} {took.seconds:.6f}")
        lines += self._durations()
        for name in sorted({name for name, _, _ in self.others}):
            counted = sorted((label, value, n) for (one, label, value), n in self.others.items() if one == name)
            lines.append(f"# TYPE {name} counter")
            lines += [f"{name}{{{_labels(**{label: value})}}} {n}" for label, value, n in counted]
        return "\n".join(lines) + "\n"

    def _durations(self) -> Iterable[str]:
        """Give how long answers took, by part of the service."""
        parts: defaultdict[str, Took] = defaultdict(Took)
        for (_, route), took in self.took.items():
            part = parts[part_of(route)]
            part.seconds += took.seconds
            part.counts = [one + more for one, more in zip(part.counts, took.counts, strict=True)]
        yield "# TYPE request_duration_seconds histogram"
        for name, part in sorted(parts.items()):
            for bound, count in zip((*BOUNDS, "+Inf"), accumulate(part.counts), strict=True):
                yield f'request_duration_seconds_bucket{{part="{name}",le="{bound}"}} {count}'
            yield f'request_duration_seconds_sum{{part="{name}"}} {part.seconds:.6f}'
            yield f'request_duration_seconds_count{{part="{name}"}} {sum(part.counts)}'


def part_of(route: str) -> str:
    """Return which part of the service a route belongs to."""
    return PARTS.get("/".join(route.split("/", 2)[:2]), REST)


def _labels(**values: object) -> str:
    escaped = {
        name: str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for name, value in values.items()
    }
    return ",".join(f'{name}="{value}"' for name, value in escaped.items())


def gauges(values: Mapping[str, Mapping[str, float]]) -> str:
    """Return values of this moment, by name and labels."""
    lines: list[str] = []
    for name, by_labels in values.items():
        lines.append(f"# TYPE {name} gauge")
        lines += [
            f"{name}{{{labels}}} {value:g}" if labels else f"{name} {value:g}" for labels, value in by_labels.items()
        ]
    return "\n".join(lines) + "\n"


METERS = Meters()
