"""The list of a school's mentors: its tabs and order, pure (journeys, section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.registration.people.mentor_statuses import MentorState, mentor_state
from app.registration.people.people_list import Listing, Search, Sort, by_name, by_start, first_not_empty
from app.registration.people.people_list import listing as listing_of
from app.terms import Word

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from app.registration.people.mentor_facts import ListedMentor


class MentorTab(Word):
    """Where a mentor is listed (LS-01)."""

    MENTORING = "mentoring", "Mentoring"
    NOT_MENTORING = "not_mentoring", "Not mentoring"
    LEFT = "left", "Left"


def tab_of(row: ListedMentor, today: date) -> MentorTab:
    """Return the tab of a mentor; until their last day those who leave are listed as they are (PER-42)."""
    number = row.mentoring(today)
    if mentor_state(row.stay, number, today) is MentorState.LEFT:
        return MentorTab.LEFT
    return MentorTab.MENTORING if number else MentorTab.NOT_MENTORING


def listing(
    rows: Iterable[ListedMentor], tab: MentorTab | None, search: Search, sort: Sort, today: date
) -> Listing[MentorTab, ListedMentor]:
    """Choose and order what a page lists (LS-01, LS-03, LS-04)."""
    placed = [(tab_of(row, today), row) for row in rows]
    chosen = tab or first_not_empty(tuple(MentorTab), placed)
    return listing_of(placed, chosen, search, lambda _row: True, by_start if sort is Sort.START else by_name)
