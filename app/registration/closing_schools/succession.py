"""What follows for a school that the register says is closed, by its links to other schools (REF-2.6, REF-3.3, 3.4)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.terms import RegisterItemKind, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ONE_DAY = timedelta(days=1)
MOST_STEPS = 8
WAITED_TOO_LONG = timedelta(days=28)
UNDECIDED_TOO_LONG = timedelta(days=56)
CAN_BE_RESTORED = timedelta(days=31)
LATE_SUCCESSOR = timedelta(days=92)
KEPT_AFTERWARDS = timedelta(days=90)


class How(Word):
    """How one school follows another."""

    PLAIN = "plain"
    JOINED = "joined", "merged or amalgamated"
    SPLIT = "split"


FOLLOWS = {
    "successor": How.PLAIN,
    "successor - merged": How.JOINED,
    "successor - amalgamated": How.JOINED,
    "successor - split school": How.SPLIT,
}
FOLLOWED = {
    "predecessor": How.PLAIN,
    "predecessor - merged": How.JOINED,
    "predecessor - amalgamated": How.JOINED,
    "predecessor - split school": How.SPLIT,
    "result of amalgamation": How.JOINED,
}
MERGED = "merged - "


@dataclass(frozen=True)
class Stated:
    """A link as the register states it; established_on: the day it takes effect."""

    urn: str
    link_urn: str
    link_type: str
    established_on: date | None = None


@dataclass(frozen=True)
class Step:
    """One school followed by another."""

    closed: str
    successor: str
    how: How


def step_of(link: Stated, today: date) -> Step | None:
    """Read a link that is due as a step from a school to its successor; None for any other (REF-2.5, REF-2.6)."""
    kind = " ".join(link.link_type.split()).casefold()
    if (link.established_on is not None and link.established_on > today) or link.urn == link.link_urn:
        return None
    if kind in FOLLOWS:
        return Step(link.urn, link.link_urn, FOLLOWS[kind])
    how = How.JOINED if kind.startswith(MERGED) else FOLLOWED.get(kind)
    return Step(link.link_urn, link.urn, how) if how else None


@dataclass
class Links:
    """All steps from schools to their successors, in both directions; one that both sides state is one step."""

    after: dict[str, dict[str, set[How]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    before: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, stated: Iterable[Stated], today: date) -> Links:
        """Gather the links that are due today."""
        links = cls()
        for step in filter(None, (step_of(link, today) for link in stated)):
            links.after[step.closed][step.successor].add(step.how)
            links.before[step.successor].add(step.closed)
        return links

    def following(self, urn: str) -> Mapping[str, set[How]]:
        """Return the direct successors of a school."""
        return self.after.get(urn, {})

    def leading(self, urn: str) -> set[str]:
        """Return every school that leads to one, over at most eight steps."""
        found: set[str] = set()
        edge = {urn}
        for _ in range(MOST_STEPS):
            edge = {before for one in edge for before in self.before.get(one, ())} - found - {urn}
            found |= edge
        return found

    def around(self, urn: str) -> set[str]:
        """Return every school that a decision about one may have to look at."""
        found: set[str] = set()
        edge = {urn}
        for _ in range(MOST_STEPS + 1):
            edge = {after for one in edge for after in self.following(one)} - found
            found |= edge
        return {urn} | found | {before for after in found for before in self.leading(after)}


@dataclass(frozen=True)
class Node:
    """A stored school, as far as succession goes; refused: its level is none, whatever its status."""

    urn: str
    closed: bool
    not_open_yet: bool = False
    in_use: bool = False
    refused: bool = False


class Act(Word):
    """What is done about a closed school (REF-3.4)."""

    CLOSE = "close"
    RENUMBER = "renumber"
    CONTINUE = "continue"
    WAIT = "wait"
    DECIDE = "decide"


@dataclass(frozen=True)
class Decision:
    """What is done; successor: the URN it is done with; item: what staff are told; targets: whom they choose from."""

    act: Act
    successor: str | None = None
    item: RegisterItemKind | None = None
    targets: tuple[str, ...] = ()


def effective_close_date(closed_on: date | None, last_changed_on: date | None, today: date) -> date:
    """Return a closed school's last day; the day of the run when the register has no date at all (REF-3.3)."""
    return closed_on or last_changed_on or today


def decide(urn: str, links: Links, schools: Mapping[str, Node]) -> Decision:
    """Decide what is done about a closed school that is in use, by its due links (REF-3.4 a to h)."""
    found = _Ends(links, schools)
    found.follow(urn, (urn,))
    targets = tuple(sorted(found.ends, key=lambda end: (len(end), end)))
    if found.endless:
        return Decision(Act.DECIDE, item=RegisterItemKind.CHAIN_TOO_LONG, targets=targets)
    if not targets:
        return Decision(Act.CLOSE)
    if len(targets) > 1 or How.SPLIT in found.ways:
        return Decision(Act.DECIDE, item=RegisterItemKind.SEVERAL_SUCCESSORS, targets=targets)
    return _with(urn, targets[0], links, schools, joined=How.JOINED in found.ways)


def _with(urn: str, target: str, links: Links, schools: Mapping[str, Node], *, joined: bool) -> Decision:
    successor = schools.get(target)
    if successor is None:
        return Decision(Act.DECIDE, item=RegisterItemKind.SUCCESSOR_UNKNOWN, targets=(target,))
    if successor.closed:
        return Decision(Act.CLOSE, item=RegisterItemKind.SUCCESSOR_CLOSED, targets=(target,))
    if successor.not_open_yet:
        return Decision(Act.WAIT, target)
    others = (schools.get(other) for other in links.leading(target) - {urn})
    alone = not any(other is not None and other.closed and other.in_use for other in others)
    if joined or successor.in_use or successor.refused or not alone:
        return Decision(Act.CONTINUE, target)
    return Decision(Act.RENUMBER, target)


@dataclass
class _Ends:
    """Where the links of a school lead through closed ones, how, and whether they lead in a circle or too far."""

    links: Links
    schools: Mapping[str, Node]
    ends: set[str] = field(default_factory=set)
    ways: set[How] = field(default_factory=set)
    endless: bool = False
    _seen: set[str] = field(default_factory=set)

    def follow(self, urn: str, path: tuple[str, ...]) -> None:
        for successor, how in self.links.following(urn).items():
            self.ways |= how
            node = self.schools.get(successor)
            if successor in path:
                self.endless = True
            elif node is None or not node.closed or not self.links.following(successor):
                self.ends.add(successor)
            elif len(path) >= MOST_STEPS:
                self.endless = True
            elif successor not in self._seen:
                self._seen.add(successor)
                self.follow(successor, (*path, successor))
