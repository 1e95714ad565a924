"""The list of a school's mentors (journeys, section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.registration.people import mentor_shown
from app.registration.people.ect_shown import Line
from app.registration.people.mentor_list import MentorTab, listing
from app.registration.people.mentor_queries import listed_mentors, mentors
from app.registration.people.mentor_statuses import MentorState
from app.registration.people.people_list import Sort, parse_search
from app.registration.registering.start_dates import day_in_words
from app.schools.rules import offers_mentor_training
from app.web.page import page
from app.web.policies import school_page
from app.web.schools.changes import mentor_may_do, way_to_leave
from app.web.schools.list_query import list_query
from app.web.schools.lists import Card, Kind, list_page, names_apart, paged, tags_of
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.registration.people.mentor_facts import ListedMentor, MentorAtSchool
    from app.registration.people.people_list import Listing
    from app.web.schools.list_query import ListQuery
    from app.web.session import Here

PATH = "/school/mentors"
KIND = Kind(PATH, "Mentors", "mentor", "mentors", "schools/mentors_none.html")
REGISTER = ("Register a mentor", "/school/register-mentor")
SORTS = {Sort.DEFAULT.value: Sort.NAME.words, Sort.START.value: Sort.START.words}


@get(PATH, opt=school_page(gated=True, nav="mentors"))
async def show_list(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the mentors of a tab, searched, ordered and paged (LS-01 to LS-05, LS-07)."""
    here, query = here_of(request), list_query(request, MentorTab)
    one = paged(await found(here, query), query, here.policy.page_size)
    people = await mentors(here.school.id, [row.stay.id for row in one.rows])
    context = list_page(KIND, one, cards_of(people, here, one.query), REGISTER, sorts=SORTS)
    return page(request, "schools/list.html", context)


async def found(here: Here, query: ListQuery[MentorTab]) -> Listing[MentorTab, ListedMentor]:
    """Return the mentors of the school that a query finds."""
    rows = await listed_mentors(here.school.id, here.today)
    return listing(rows, query.tab, parse_search(query.q), query.sort, here.today)


def cards_of(people: Sequence[MentorAtSchool], here: Here, query: ListQuery[MentorTab]) -> tuple[Card, ...]:
    """Return what the list shows of each mentor (LS-07)."""
    return tuple(
        Card(
            name,
            query.on(f"{PATH}/{mentor.public_id}"),
            tags_of(mentor, mentor.tag(here.today), mentor_may_do(mentor, here)),
            card_lines(mentor, here),
            stopped=(stopped := "change-lead-provider" in mentor.tag(here.today).actions),
            report_leaving=way_to_leave(f"{PATH}/{mentor.public_id}", mentor_may_do(mentor, here)) if stopped else "",
        )
        for mentor, name in zip(people, names_apart(people), strict=True)
    )


def card_lines(mentor: MentorAtSchool, here: Here) -> tuple[Line, ...]:
    """Return the rows of a card (LS-07)."""
    lines = [Line("trn", "Teacher reference number", mentor.trn)]
    if mentor.state(here.today) is MentorState.LEFT:
        if mentor.stay.finished_on is not None:
            lines.append(Line("last-day", "Last day", day_in_words(mentor.stay.finished_on)))
        return *lines, mentor_shown.former_ects_line(mentor)
    lines.append(mentor_shown.ects_line(mentor, here.today))
    return *lines, *mentor_shown.training_lines(mentor, here.today, offered=offers_mentor_training(here.level))


HANDLERS = [show_list]
