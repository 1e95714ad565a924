"""What a run did or would do, for the screen, the report file and the run's row (REF-1.3, REF-1.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from app.refdata.findings import Findings
from app.terms import ActorKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.terms import Actor

SHOWN = 1_000


def asked_by(actor: Actor) -> str:
    """Return who asked for a run (ADM-13.1)."""
    return {ActorKind.SYSTEM: "timer", ActorKind.OPERATOR: "command line"}.get(actor.kind, actor.name)


State = Literal["checked", "done", "nothing_to_do", "invalid", "refused", "unavailable"]
EXIT_CODES: dict[State, int] = {
    "checked": 0,
    "done": 0,
    "nothing_to_do": 0,
    "invalid": 1,
    "refused": 3,
    "unavailable": 2,
}


@dataclass
class Report:
    """The outcome of one run; `changes` has one line each changed row."""

    what: str
    state: State = "done"
    is_dry_run: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    refusal: str = ""
    overridden: list[str] = field(default_factory=list)
    """Safety rules that said no and were overridden (REF-2.8)."""
    by: str = ""
    """Who asked for it: a name, "timer" or "command line" (ADM-13.1)."""
    began: float = field(default_factory=monotonic)

    def go_on_from(self, kept: Mapping[str, Any]) -> None:
        """Take over what is kept of a run that was stopped, and that this one continues."""
        self.counts |= kept["counts"]
        self.changes = list(kept["changes"])
        self.overridden = list(kept.get("overridden", ()))

    @property
    def exit_code(self) -> int:
        """Return the exit code of the command (REF-1.2)."""
        return EXIT_CODES[self.state]

    def on_screen(self) -> str:
        """Return the report with the first 1,000 errors and warnings, without the list of changes."""
        return "\n".join(self._lines(SHOWN))

    def in_full(self) -> str:
        """Return everything."""
        return "\n".join([*self._lines(None), *self.changes]) + "\n"

    def summary(self) -> str:
        """Return how it ended, in one sentence."""
        errors = len(self.findings.errors)
        return {
            "checked": f"{self.what}: no errors",
            "done": f"{self.what}: {'dry run, nothing was written' if self.is_dry_run else 'done'}",
            "nothing_to_do": f"{self.what}: nothing to do",
            "invalid": f"{self.what}: {errors:,} {'error' if errors == 1 else 'errors'}, nothing was written",
            "unavailable": f"{self.what}: {self.refusal}. Nothing was written",
            "refused": f"{self.what}: refused: {self.refusal}. Nothing was written",
        }[self.state]

    def _lines(self, most: int | None) -> Iterator[str]:
        for title, found in (("Error", self.findings.errors), ("Warning", self.findings.warnings)):
            yield from (f"{title}: {finding}" for finding in found[:most])
            if most is not None and len(found) > most:
                yield f"{title}: {len(found) - most:,} more; --report FILE lists all"
        yield from (f"{name.replace('_', ' ')}: {count:,}" for name, count in self.counts.items())
        yield self.summary()
