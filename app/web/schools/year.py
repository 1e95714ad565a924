"""What the school expects of an academic year (YR-01, SCH-06)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from app.registration.home.around import Around, around
from app.schools.answer_school_year import AnswerSchoolYear, answer_school_year
from app.schools.reminder_terms import are_off
from app.schools.stop_reminders import ResumeReminders, resume_reminders
from app.terms import ExpectingECTs
from app.training.periods import academic_year
from app.values import NOT_AN_OPTION, Invalid, parse_both, parse_choice
from app.web.forms import read_form, read_query
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.training.periods import Calendar, ContractPeriod
    from app.values import Form
    from app.web.session import Here

PATH = "/school/year"
EXPECTING, REGISTERED = "expecting_ects", "everyone_registered"


@dataclass(frozen=True)
class OtherYear:
    """Another academic year that can be answered for."""

    text: str
    href: str


@dataclass(frozen=True)
class YearPage:
    """The questions about one academic year, and the other years there are."""

    year: int
    name: str
    options: Mapping[str, str]
    values: Mapping[str, str]
    others: tuple[OtherYear, ...]
    off_until: date | None
    errors: Mapping[str, str] = field(default_factory=dict)


@get(PATH, opt=school_page(nav="home"))
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Ask about the academic year of the address, else the one that is on; home when none can be registered for."""
    here = here_of(request)
    period = period_of(here, read_query(request))
    if period is None:
        return redirect(request, "/school/home")
    found = await around(here.school.id, here.today)
    return page(request, "schools/year.html", year_page(here, period, held(found, period), found))


@post(PATH, opt=school_page(nav="home"), status_code=303)
async def save(request: Request[Any, Any, Any]) -> Response[str]:
    """Save the answers at once, then home with a notice."""
    here, form = here_of(request), await read_form(request)
    if form.get("reminders") == "resume":
        await resume_reminders(ResumeReminders(here.school.id), here.actor)
        return redirect(request, "/school/home?notice=reminders-resumed")
    period = period_of(here, form)
    if period is None:
        return redirect(request, "/school/home")
    try:
        expecting, registered = parse_answers(form)
    except Invalid as invalid:
        found = await around(here.school.id, here.today)
        context = replace(year_page(here, period, form, found), errors=invalid.errors)
        return page(request, "schools/year.html", context, status=422)
    await answer_school_year(AnswerSchoolYear(here.school.id, period.year, expecting, registered), here.actor)
    return redirect(request, "/school/home?notice=year-saved")


def parse_answers(form: Form) -> tuple[ExpectingECTs, bool]:
    """Return what is expected and whether everybody is registered."""
    message = "Select yes, no or not sure"
    chosen, registered = parse_both(
        lambda: parse_choice(form, EXPECTING, [answer.value for answer in ExpectingECTs], message),
        lambda: parse_tick(form),
    )
    return ExpectingECTs(chosen), registered


def parse_tick(form: Form) -> bool:
    """Return whether the note is ticked; it is `yes` or absent (GEN-06)."""
    ticked = form.get(REGISTERED, "")
    if ticked not in {"", "yes"}:
        raise Invalid({REGISTERED: NOT_AN_OPTION})
    return ticked == "yes"


def asked_period(calendar: Calendar, today: date) -> ContractPeriod | None:
    """Return the academic year to ask about when nobody names one: the first that goes on."""
    return next(iter(calendar.asked_about(today)), None)


def period_of(here: Here, typed: Mapping[str, str]) -> ContractPeriod | None:
    """Return the academic year named, else the one that is on; raises NotFoundException for any other."""
    if "year" not in typed:
        return asked_period(here.calendar, here.today)
    years = {str(period.year): period for period in here.calendar.asked_about(here.today)}
    if typed["year"] not in years:
        raise NotFoundException
    return years[typed["year"]]


def held(found: Around, period: ContractPeriod) -> dict[str, str]:
    """Return what is on record about a year, as the form has it."""
    answer = next((answer for answer in found.years if answer.year == period.year), None)
    if answer is None:
        return {}
    registered = {REGISTERED: "yes"} if answer.all_registered_at else {}
    return {EXPECTING: answer.expecting_ects.value if answer.expecting_ects else "", **registered}


def year_page(here: Here, period: ContractPeriod, values: Mapping[str, str], found: Around) -> YearPage:
    """Return the context of the page."""
    others = tuple(
        OtherYear(f"Academic year {academic_year(other.year)}", f"{PATH}?year={other.year}")
        for other in here.calendar.asked_about(here.today)
        if other.year != period.year
    )
    options = {answer.value: answer.words for answer in ExpectingECTs}
    off_until = found.reminders_off_until if are_off(found.reminders_off_until, here.today) else None
    return YearPage(period.year, academic_year(period.year), options, values, others, off_until)


HANDLERS = [show, save]
