"""Counts of what this process has answered, in the form that Prometheus reads (OPS-4, API-23.2)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_SERIES = 1_000
"""Of each kind; what would be more is counted together, under no route."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Answered(NamedTuple):
    """What is counted together; `lead_provider` is empty for whoever is not the program of one."""

    lead_provider: str
    method: str
    route: str
    status: int


class Meters:
    """Counts since the process began."""

    def __init__(self) -> None:
        self.answers: defaultdict[Answered, int] = defaultdict(int)
        self.seconds: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0.0])

    def count(self, answered: Answered, seconds: float) -> None:
        """Count one answer and how long it took."""
        if answered not in self.answers and len(self.answers) >= MOST_SERIES:
            answered = answered._replace(route="")
        self.answers[answered] += 1
        took = self.seconds[answered.method, answered.route]
        took[0] += 1
        took[1] += seconds

    def text(self) -> str:
        """Return everything counted, one line each."""
        lines = ["# TYPE requests_total counter"]
        lines += [f"requests_total{{{_labels(**one._asdict())}}} {n}" for one, n in sorted(self.answers.items())]
        lines.append("# TYPE request_seconds summary")
        for (method, route), (count, seconds) in sorted(self.seconds.items()):
            labels = _labels(method=method, route=route)
            lines.append(f"request_seconds_count{{{labels}}} {count:.0f}")
            lines.append(f"request_seconds_sum{{{labels}}} {seconds:.6f}")
        return "\n".join(lines) + "\n"


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
