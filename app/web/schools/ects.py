"""The list of a school's ECTs (journeys, section 10)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.registration.people import ect_shown
from app.registration.people.ect_list import Show, Tab, Wanted, listing
from app.registration.people.ect_shown import Line
from app.registration.people.people_list import Sort, parse_search
from app.registration.people.school_queries import ects, listed_ects
from app.registration.registering.start_dates import day_in_words
from app.registration.rules import ECTState
from app.schools.rules import may_register_ects
from app.web.page import page
from app.web.policies import school_page
from app.web.schools.changes import Way, ect_may_do, way_to_leave, with_changes
from app.web.schools.list_query import ListQuery, list_query
from app.web.schools.lists import Card, Kind, list_page, names_apart, paged, tags_of
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.registration.people.ect_facts import ECTAtSchool, ListedECT
    from app.registration.people.people_list import Listing
    from app.web.session import Here

PATH = "/school/ects"
KIND = Kind(PATH, "ECTs", "ECT", "ECTs", "schools/ects_none.html")
REGISTER = ("Register an ECT", "/school/register-ect")
SEVERAL = Way("Change the appropriate body of several ECTs", f"{PATH}/change-appropriate-body")
SORTS = {sort.value: sort.words for sort in Sort}
SORTS_OF_FORMER = SORTS | {Sort.DEFAULT.value: "Last day, newest first"}


@get(PATH, opt=school_page(gated=True, nav="ects"))
async def show_list(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the ECTs of a tab, searched, filtered, ordered and paged (LS-01 to LS-06)."""
    here, query = here_of(request), list_query(request, Tab)
    listed = await found(here, query)
    current = listed.tab is Tab.CURRENT
    query = replace(query, show=query.show if current else Show.ALL)
    one = paged(listed, query, here.policy.page_size)
    people = await ects(here.school.id, [row.stay.id for row in one.rows])
    context = list_page(
        KIND,
        one,
        cards_of(people, here, one.query),
        REGISTER if may_register_ects(here.level) else None,
        sorts=SORTS if current else SORTS_OF_FORMER,
        shows={show.value: show.words for show in Show} if current else None,
        more=(SEVERAL,) if current and one.rows else (),
    )
    return page(request, "schools/list.html", context)


async def found(here: Here, query: ListQuery[Tab]) -> Listing[Tab, ListedECT]:
    """Return the ECTs of the school that a query finds."""
    wanted = Wanted(query.tab, parse_search(query.q), query.sort, query.show)
    return listing(await listed_ects(here.school.id, here.today), wanted, here.today)


def cards_of(people: Sequence[ECTAtSchool], here: Here, query: ListQuery[Tab]) -> tuple[Card, ...]:
    """Return what the list shows of each ECT (LS-06)."""
    return tuple(
        Card(
            name,
            query.on(f"{PATH}/{ect.public_id}"),
            tags_of(ect, ect.tag(here.today), ect_may_do(ect, here)),
            card_lines(ect, here),
            stopped=(stopped := "change-lead-provider" in ect.tag(here.today).actions),
            report_leaving=way_to_leave(f"{PATH}/{ect.public_id}", ect_may_do(ect, here)) if stopped else "",
        )
        for ect, name in zip(people, names_apart(people), strict=True)
    )


def card_lines(ect: ECTAtSchool, here: Here) -> tuple[Line, ...]:
    """Return the rows of a card; an ECT without a mentor gets the way to assign one (LS-06)."""
    today = here.today
    lines = [Line("trn", "Teacher reference number", ect.trn)]
    lines.append(Line("start-date", "School start date", day_in_words(ect.stay.started_on)))
    if ect.stay.finished_on is not None:
        lines.append(Line("last-day", "Last day", day_in_words(ect.stay.finished_on)))
    lines += [ect_shown.induction_start_line(ect), ect_shown.body_line(ect, today)]
    lines += ect_shown.training_lines(ect, today)
    if ect.state(today) is ECTState.LEFT:
        return tuple(lines)
    mentors = ect_shown.mentor_lines(ect, today)
    if not ect.mentorships_from(today):
        mentors = with_changes(mentors, f"{PATH}/{ect.public_id}", ect_may_do(ect, here))
    return *lines, *mentors


HANDLERS = [show_list]
