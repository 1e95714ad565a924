"""Why somebody at a school does not see a person: the checks, by the rules of the lists (ADM-4.4). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.console.findings import Check, Finding, Note, Passed, Skipped, Stop, run_checks
from app.registration.people.ect_facts import ECTAtSchool
from app.registration.people.ect_list import TABS, Tab
from app.registration.people.mentor_list import MentorTab
from app.registration.people.mentor_statuses import MentorState
from app.registration.people.people_list import parse_search
from app.registration.people.statuses import london_day
from app.registration.registering.start_dates import day_in_words
from app.terms import Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from app.console.people_queries import PersonFound
    from app.registration.people.mentor_facts import MentorAtSchool
    from app.terms import SchoolId

    Registration = ECTAtSchool | MentorAtSchool

LIST = {Role.ECT: "list of ECTs", Role.MENTOR: "list of mentors"}
ROLE = {Role.ECT: "an ECT", Role.MENTOR: "a mentor"}


@dataclass(frozen=True, kw_only=True)
class SeeFacts:
    """Everything that decides whether a school sees somebody, and where.

    person: None for a number that nobody here has. continued: the URN under which the school's people go on.
    works_for: the schools, by number and name, that whoever asks works for, the one of their newest session first.
    """

    role: Role
    today: date
    school_id: SchoolId
    urn: str
    person: PersonFound | None
    anonymised_at: datetime | None = None
    continued: str = ""
    email: str = ""
    works_for: tuple[tuple[str, str], ...] = ()
    search: str = ""

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """Registrations in the role that is asked about, at every school, removed ones too."""
        if self.person is None:
            return ()
        return self.person.ects if self.role is Role.ECT else self.person.mentors

    @property
    def here(self) -> Registration | None:
        """The registration at this school that counts: the latest that was not removed, else the latest."""
        found = [one for one in self.registrations if one.stay.school_id == self.school_id]
        return max(found, key=lambda one: (not one.stay.removed, one.stay.started_on), default=None)

    @property
    def shown(self) -> Registration | None:
        """The registration that the school sees in its list."""
        return self.here if self.here is not None and not self.here.stay.removed else None

    def at(self, school_id: SchoolId) -> str:
        """Return the name of one of the person's schools."""
        schools = self.person.schools if self.person else ()
        return next((school.name for school in schools if school.id == school_id), "a school")

    def tab(self, of: Registration) -> str:
        """Return the tab of the list that a registration is in (LS-01)."""
        if isinstance(of, ECTAtSchool):
            return TABS[of.state(self.today)].words
        left = of.state(self.today) is MentorState.LEFT
        return (MentorTab.LEFT if left else _mentoring(of, self.today)).words


def _mentoring(mentor: MentorAtSchool, today: date) -> MentorTab:
    return MentorTab.MENTORING if mentor.facts(today).mentoring(today) else MentorTab.NOT_MENTORING


def explain_seeing(facts: SeeFacts) -> tuple[Check, ...]:
    """Run every check, the likeliest cause of an empty list first (ADM-4.4)."""
    return run_checks(CHECKS, facts)


def seen_in(facts: SeeFacts) -> str:
    """Return where the school sees the person when nothing keeps it from that."""
    return f"the tab “{facts.tab(facts.shown)}” of its {LIST[facts.role]}" if facts.shown else ""


NOBODY = Skipped("They are not in the school’s list")


def _continued(facts: SeeFacts) -> Finding:
    if not facts.continued:
        return Passed("The school goes on under this URN")
    return Stop(
        f"The school goes on under the URN {facts.continued}, with its people",
        "the people under the new URN, not here",
        f"Look at URN {facts.continued}, and whether whoever asks has access there (FIX-20, FIX-22)",
    )


def _works_for(facts: SeeFacts) -> Finding:
    if not facts.email:
        return Skipped("No email address was given")
    if not facts.works_for:
        return Note("Nobody with this address works for a school here")
    (urn, name), *others = facts.works_for
    if urn == facts.urn:
        return Passed("They work for this school now")
    may_switch = facts.urn in {other for other, _ in others}
    return Stop(
        f"Whoever asks works for {name} (URN {urn}) now",
        "the people of the other school",
        "They switch to this school on “My schools”" if may_switch else "They need access to this school (FIX-20)",
    )


def _anonymised(facts: SeeFacts) -> Finding:
    if facts.anonymised_at is None:
        return Passed("They were not anonymised")
    return Stop(
        f"They were anonymised on {_day(facts.anonymised_at)}",
        "nobody of that name",
        "Nothing brings their details back",
    )


def _registered(facts: SeeFacts) -> Finding:
    if facts.here is not None:
        return Passed(f"They were registered here as {ROLE[facts.role]}")
    other = Role.MENTOR if facts.role is Role.ECT else Role.ECT
    held = () if facts.person is None else facts.person.mentors if other is Role.MENTOR else facts.person.ects
    if any(one.stay.school_id == facts.school_id for one in held):
        return Stop(
            f"This school never registered them as {ROLE[facts.role]}, but as {ROLE[other]}",
            f"them in its {LIST[other]}",
            f"The school looks at its {LIST[other]}",
        )
    return Stop(
        f"This school never registered them as {ROLE[facts.role]}",
        "nobody of that name",
        "The school registers them. If it cannot, ask the question “register”",
    )


def _removed(facts: SeeFacts) -> Finding:
    if facts.here is None or facts.here.removed_at is None:
        return Passed("Their registration was not removed") if facts.here else NOBODY
    why = f": {facts.here.removal_reason.words}" if facts.here.removal_reason else ""
    return Stop(
        f"Their registration was removed on {_day(facts.here.removed_at)}{why}",
        "nobody of that name",
        "If it was right after all, the school registers them again",
    )


def _elsewhere(facts: SeeFacts) -> Finding:
    elsewhere = [
        one
        for one in facts.registrations
        if one.stay.school_id != facts.school_id and not one.stay.removed and one.stay.period.is_open(facts.today)
    ]
    if not elsewhere:
        return Passed("They are not registered at another school now")
    where = f"They are registered at {facts.at(elsewhere[0].stay.school_id)} now"
    if facts.shown is not None and facts.shown.stay.period.is_open(facts.today):
        return Note(f"{where} as well")
    return Stop(where, "them only as somebody who left, if at all", "The school registers them if they work there")


def _left(facts: SeeFacts) -> Finding:
    if facts.shown is None:
        return NOBODY
    finished_on = facts.shown.stay.finished_on
    if finished_on is None or facts.tab(facts.shown) != Tab.LEFT.words:
        return Passed("They have not left")
    return Stop(
        f"They left on {day_in_words(finished_on)}",
        f"them in the tab “{Tab.LEFT.words}”",
        "The school looks there. A wrong last day can be corrected (FIX-06)",
    )


def _completed(facts: SeeFacts) -> Finding:
    if facts.shown is None:
        return NOBODY
    if facts.tab(facts.shown) != Tab.COMPLETED.words:
        return Passed("Their induction is not over")
    return Stop("They completed induction", f"them in the tab “{Tab.COMPLETED.words}”", "The school looks there")


def _future(facts: SeeFacts) -> Finding:
    if facts.shown is None:
        return NOBODY
    started_on = facts.shown.stay.started_on
    if started_on <= facts.today:
        return Passed("They have started")
    return Stop(
        f"They start on {day_in_words(started_on)}, which is in the future",
        f"them in the tab “{facts.tab(facts.shown)}” already",
        "The school looks there. A wrong start date can be corrected (FIX-05)",
    )


def _search(facts: SeeFacts) -> Finding:
    if facts.shown is None or facts.person is None:
        return NOBODY
    shown_as = f"The school sees the name {facts.shown.displayed}"
    if not facts.search.strip():
        return Note(shown_as)
    if parse_search(facts.search).finds(_Row(facts.shown, facts.person.search_name)):
        return Passed(f"What they search for finds them. {shown_as}")
    return Stop(
        f"What they search for does not fit. {shown_as}",
        "“No results” for that search",
        "The school searches for that name or the TRN",
    )


class _Row:
    """Somebody in a list as far as the search looks at them."""

    def __init__(self, of: Registration, search_name: str) -> None:
        self.stay, self.trn, self.name, self.search_name = of.stay, of.trn, of.name, search_name


def _day(moment: datetime) -> str:
    return day_in_words(london_day(moment))


CHECKS: dict[str, Callable[[SeeFacts], Finding]] = {
    "School under another URN": _continued,
    "School of whoever asks": _works_for,
    "Anonymised": _anonymised,
    "Registered by this school": _registered,
    "Removed": _removed,
    "Registered at another school": _elsewhere,
    "Left": _left,
    "Completed": _completed,
    "Starts in the future": _future,
    "Search": _search,
}
"""The checks of ADM-4.4: what hides everybody first, then what hides this person, then where they are listed."""
REPLIES = {
    "School under another URN": "Your school goes on under another number in the national register.",
    "School of whoever asks": "You are working for another of your schools. Please choose this one on “My schools”.",
    "Anonymised": "We keep no details of this person any more.",
    "Registered by this school": "Your school has not registered this person in that role.",
    "Removed": "The registration was removed because it was made by mistake.",
    "Registered at another school": "This person is not registered at your school at the moment.",
    "Left": "You find them in the tab “Left” of your list.",
    "Completed": "You find them in the tab “Completed” of your list.",
    "Starts in the future": "You find them in your list already, with the day they start.",
    "Search": "Please search for the name as your list shows it, or for the teacher reference number.",
}
"""What helps the school, by the check that is the headline (ADM-4.6)."""
