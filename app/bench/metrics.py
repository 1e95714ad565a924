"""One measured value beside its bar, and how a list of them is told, kept and compared (QUA-1.3)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

RATCHET = Path(__file__).resolve().parents[2] / "tests" / "bench" / "ratchet.json"
Better = Literal["lower", "higher"]
SLACK = 1.25
"""Ratios differ from run to run; tokens, which do not compress, move bytes a little; counts stay."""


@dataclass(frozen=True)
class Metric:
    """A value, its unit, and the bar of the specification; no bar means that it is only written down."""

    name: str
    value: float
    unit: str
    target: float | None = None
    better: Better = "lower"
    note: str = ""

    @property
    def slack(self) -> float | None:
        """Return by what factor a value may differ from run to run; None: the ratchet doesn't hold it."""
        return {"statements": 1.0, "bytes": 1.02, "requests": 1.0, "ratio": SLACK}.get(self.unit)

    @property
    def is_met(self) -> bool:
        """Tell whether the bar is met."""
        if self.target is None:
            return True
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def line(self) -> str:
        """Return the one line that is printed."""
        sign = "≤" if self.better == "lower" else "≥"
        bar = f"{sign} {self.target:g}" if self.target is not None else "-"
        verdict = "-" if self.target is None else "ok" if self.is_met else "MISS"
        note = f"  ({self.note})" if self.note else ""
        return f"{self.name:<44} {self.value:>12,.3f} {self.unit:<11} {bar:>12}  {verdict}{note}"


def as_json(metrics: Iterable[Metric]) -> str:
    """Return the metrics as JSON."""
    return json.dumps([asdict(one) | {"met": one.is_met} for one in metrics], indent=1) + "\n"


def ratchet() -> dict[str, float]:
    """Return the best values so far; none when the file is not there."""
    return dict(json.loads(RATCHET.read_text(encoding="utf-8"))) if RATCHET.exists() else {}


def worse_than_before(metrics: Iterable[Metric], held: dict[str, float]) -> list[str]:
    """Return one line for each value that is worse than the ratchet holds."""
    return [
        f"{one.name}: {one.value:g} {one.unit}, was {held[one.name]:g}"
        for one in metrics
        if one.name in held and _is_worse(one, held[one.name])
    ]


def accepted(metrics: Iterable[Metric], held: dict[str, float]) -> dict[str, float]:
    """Return what the ratchet holds from now on: better and new values only."""
    known = [one for one in metrics if one.slack is not None]
    better = {one.name: one.value for one in known if one.name not in held or _is_better(one, held[one.name])}
    return dict(sorted((held | better).items()))


def keep(held: dict[str, float]) -> None:
    """Write the ratchet's file."""
    RATCHET.parent.mkdir(parents=True, exist_ok=True)
    RATCHET.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


def _is_worse(one: Metric, before: float) -> bool:
    slack = one.slack or 1.0
    return one.value > before * slack if one.better == "lower" else one.value * slack < before


def _is_better(one: Metric, before: float) -> bool:
    return one.value < before if one.better == "lower" else one.value > before


def cpu_ratio(one: Callable[[], object], other: Callable[[], object], *, rounds: int = 15, each: int = 10) -> float:
    """Return the median ratio of processor time, both measured in turn so that a busy machine hurts both."""
    return median(_cpu(one, each) / _cpu(other, each) for _ in range(rounds))


def _cpu(work: Callable[[], object], times: int) -> float:
    started = process_time()
    for _ in range(times):
        work()
    return max(process_time() - started, 1e-9)


async def seconds_of(work: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """Return how long each of several runs took."""
    taken = []
    for _ in range(times):
        started = perf_counter()
        await work()
        taken.append(perf_counter() - started)
    return taken


def percentile(values: list[float], share: float) -> float:
    """Return the value that a share of all values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
