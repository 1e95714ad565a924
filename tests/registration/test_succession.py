"""What follows for a closed school: every situation of the table, and links of every kind and shape."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.registration.closing_schools.succession import (
    Act,
    Decision,
    How,
    Links,
    Node,
    Stated,
    Step,
    decide,
    effective_close_date,
    step_of,
)
from app.terms import RegisterItemKind

TODAY = date(2026, 11, 2)
YESTERDAY, TOMORROW = date(2026, 11, 1), date(2026, 11, 3)


def closed(urn: str, *, in_use: bool = False) -> Node:
    return Node(urn, closed=True, in_use=in_use)


def opened(urn: str, *, in_use: bool = False, refused: bool = False) -> Node:
    return Node(urn, closed=False, in_use=in_use, refused=refused)


def links(*pairs: str) -> Links:
    """Read links such as "1>2", "1>2 merged" or "1>2 split"."""
    words = {"": "Successor", "merged": "Successor - merged", "split": "Successor - Split School"}
    stated = []
    for pair in pairs:
        ends, _, kind = pair.partition(" ")
        urn, target = ends.split(">")
        stated.append(Stated(urn, target, words[kind]))
    return Links.of(stated, TODAY)


S = closed("1", in_use=True)
SITUATIONS = {
    "a no successor": ([], [], Decision(Act.CLOSE)),
    "b one plain successor": (["1>2"], [opened("2")], Decision(Act.RENUMBER, "2")),
    "c successor in use": (["1>2"], [opened("2", in_use=True)], Decision(Act.CONTINUE, "2")),
    "c several close into it": (
        ["1>2", "3>2"],
        [opened("2"), closed("3", in_use=True)],
        Decision(Act.CONTINUE, "2"),
    ),
    "b the other one is not in use": (["1>2", "3>2"], [opened("2"), closed("3")], Decision(Act.RENUMBER, "2")),
    "c merged": (["1>2 merged"], [opened("2")], Decision(Act.CONTINUE, "2")),
    "d not open yet": (["1>2"], [Node("2", closed=False, not_open_yet=True)], Decision(Act.WAIT, "2")),
    "e closed itself": (
        ["1>2"],
        [closed("2")],
        Decision(Act.CLOSE, item=RegisterItemKind.SUCCESSOR_CLOSED, targets=("2",)),
    ),
    "f several": (
        ["1>2", "1>3"],
        [opened("2"), opened("3")],
        Decision(Act.DECIDE, item=RegisterItemKind.SEVERAL_SUCCESSORS, targets=("2", "3")),
    ),
    "f split into one": (
        ["1>2 split"],
        [opened("2")],
        Decision(Act.DECIDE, item=RegisterItemKind.SEVERAL_SUCCESSORS, targets=("2",)),
    ),
    "g unknown": (
        ["1>2"],
        [],
        Decision(Act.DECIDE, item=RegisterItemKind.SUCCESSOR_UNKNOWN, targets=("2",)),
    ),
    "h open but of no use": (["1>2"], [opened("2", refused=True)], Decision(Act.CONTINUE, "2")),
    "a chain through closed ones": (
        ["1>2", "2>3"],
        [closed("2"), opened("3")],
        Decision(Act.RENUMBER, "3"),
    ),
    "a chain that was merged on its way": (
        ["1>2", "2>3 merged"],
        [closed("2"), opened("3")],
        Decision(Act.CONTINUE, "3"),
    ),
    "two ways to one school": (
        ["1>2", "1>3", "2>4", "3>4"],
        [closed("2"), closed("3"), opened("4")],
        Decision(Act.RENUMBER, "4"),
    ),
    "a loop": (
        ["1>2", "2>1"],
        [closed("2")],
        Decision(Act.DECIDE, item=RegisterItemKind.CHAIN_TOO_LONG),
    ),
    "a loop further on": (
        ["1>2", "2>3", "3>2", "3>4"],
        [closed("2"), closed("3"), opened("4")],
        Decision(Act.DECIDE, item=RegisterItemKind.CHAIN_TOO_LONG, targets=("4",)),
    ),
}


@pytest.mark.rule("REF-3.4")
@pytest.mark.parametrize(("given_links", "others", "expected"), SITUATIONS.values(), ids=SITUATIONS)
def test_each_situation_has_its_action(given_links: list[str], others: list[Node], expected: Decision) -> None:
    schools = {node.urn: node for node in (S, *others)}
    assert decide("1", links(*given_links), schools) == expected


@pytest.mark.rule("REF-3.4")
@pytest.mark.parametrize(("steps", "act"), [(8, Act.RENUMBER), (9, Act.DECIDE)])
def test_a_chain_of_eight_steps_is_followed_and_a_longer_one_is_not(steps: int, act: Act) -> None:
    chain = [f"{number}>{number + 1}" for number in range(1, steps + 1)]
    schools = {"1": S} | {str(number): closed(str(number)) for number in range(2, steps + 1)}
    schools[str(steps + 1)] = opened(str(steps + 1))
    assert decide("1", links(*chain), schools).act is act


TYPES = {
    "Successor": Step("1", "2", How.PLAIN),
    "successor - Merged": Step("1", "2", How.JOINED),
    "Successor - amalgamated": Step("1", "2", How.JOINED),
    "Successor - Split School": Step("1", "2", How.SPLIT),
    "Predecessor": Step("2", "1", How.PLAIN),
    "Predecessor - merged": Step("2", "1", How.JOINED),
    "Predecessor - amalgamated": Step("2", "1", How.JOINED),
    "Predecessor - Split School": Step("2", "1", How.SPLIT),
    "Merged - expansion of school capacity and changer in age range": Step("2", "1", How.JOINED),
    "Result of Amalgamation": Step("2", "1", How.JOINED),
    "Expansion": None,
    "Closure": None,
    "Other": None,
    "Sixth Form Centre Link": None,
    "Something new": None,
}


@pytest.mark.rule("REF-2.6")
@pytest.mark.parametrize(("kind", "step"), TYPES.items(), ids=TYPES)
def test_each_type_of_link_is_read(kind: str, step: Step | None) -> None:
    assert step_of(Stated("1", "2", kind), TODAY) == step


@pytest.mark.rule("REF-2.5")
@pytest.mark.parametrize(("on", "counts"), [(YESTERDAY, True), (TODAY, True), (TOMORROW, False), (None, True)])
def test_a_link_counts_from_its_day_on(on: date | None, counts: bool) -> None:
    assert (step_of(Stated("1", "2", "Successor", on), TODAY) is not None) is counts


@pytest.mark.rule("REF-2.6", "REF-3.4")
def test_a_school_does_not_follow_itself() -> None:
    assert step_of(Stated("1", "1", "Successor"), TODAY) is None
    assert decide("1", links("1>1"), {"1": S}) == Decision(Act.CLOSE)


@pytest.mark.rule("REF-2.6")
def test_a_successor_that_both_sides_state_is_one() -> None:
    both = Links.of([Stated("1", "2", "Successor"), Stated("2", "1", "Predecessor")], TODAY)
    assert decide("1", both, {"1": S, "2": opened("2")}) == Decision(Act.RENUMBER, "2")


@pytest.mark.rule("REF-3.3")
@pytest.mark.parametrize(
    ("dates", "expected"),
    [((YESTERDAY, TODAY), YESTERDAY), ((None, YESTERDAY), YESTERDAY), ((None, None), TODAY)],
)
def test_the_last_day_of_a_closed_school(dates: tuple[date | None, date | None], expected: date) -> None:
    assert effective_close_date(*dates, TODAY) == expected


PLACES = st.integers(1, 12).map(str)


@pytest.mark.rule("REF-3.4")
@given(
    pairs=st.lists(st.tuples(PLACES, PLACES), max_size=40),
    shut=st.sets(PLACES),
    known=st.sets(PLACES),
)
def test_any_links_at_all_end_in_a_decision(pairs: list[tuple[str, str]], shut: set[str], known: set[str]) -> None:
    found = Links.of([Stated(one, other, "Successor") for one, other in pairs], TODAY)
    schools = {urn: Node(urn, closed=urn in shut) for urn in known} | {"1": S}
    decision = decide("1", found, schools)
    assert decision.act is not Act.RENUMBER or not schools[decision.successor or ""].closed
    assert set(decision.targets) <= found.around("1")
