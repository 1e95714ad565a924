"""What staff can put right about how a school stands: access, email link, induction tutor (FIX-18, 19, 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from app import clock
from app.registration.rules import induction_tutor_target
from app.schools.nominate_induction_tutor import NominateInductionTutor, nominate_induction_tutor
from app.schools.rules import SchoolLevel
from app.schools.set_access import SetAccessOverride, SetEmailLink, set_access_override, set_email_link
from app.training.queries import calendar
from app.values import Invalid, add_months, parse_both, parse_choice, parse_email, parse_name, parse_optional_date
from app.web.console.fixes import Field, Fix, without_day

if TYPE_CHECKING:
    from datetime import date

    from app.console.school_queries import SchoolFile
    from app.terms import Actor
    from app.values import Form

FOLLOWS = "follows"
MOST_MONTHS = 120
LEVELS = {
    SchoolLevel.FULL.value: "Everything, as if the register said that it is eligible",
    SchoolLevel.SCHOOL_LED_ONLY.value: "School-led training only",
    SchoolLevel.NONE.value: "Nothing",
    FOLLOWS: "What follows from the register",
}
LINKS = {"on": "On for this school", "off": "Off for this school", FOLLOWS: "Follows the setting"}


def _override(form: Form, school: SchoolFile) -> SetAccessOverride:
    def until() -> date | None:
        day = parse_optional_date(form, "until", what="last day")
        if day is not None and day < clock.today():
            raise Invalid(until_day="Last day must be today or later")
        if day is not None and day > add_months(clock.today(), MOST_MONTHS):
            raise Invalid(until_day=f"Last day must be at most {MOST_MONTHS} months from today: check the year")
        return day

    level, day = parse_both(lambda: parse_choice(form, "level", list(LEVELS), "Select what the school may do"), until)
    chosen = None if level == FOLLOWS else SchoolLevel(level)
    return SetAccessOverride(school.id, chosen, form.get("note", "") or form.get("ticket", ""), day)


def _link(form: Form, school: SchoolFile) -> SetEmailLink:
    link = parse_choice(form, "email_link", list(LINKS), "Select if the email link is on for this school")
    return SetEmailLink(school.id, None if link == FOLLOWS else cast('Literal["on", "off"]', link))


def _tutor(form: Form, school: SchoolFile) -> tuple[NominateInductionTutor, bool]:
    name, email = parse_both(
        lambda: parse_name(form, "induction_tutor_name", "name"),
        lambda: parse_email(form, "induction_tutor_email"),
    )
    held = school.tutor.confirmed_for_year if school.tutor else None
    return NominateInductionTutor(school.id, name, email, held), form.get("confirmed") == "yes"


async def _set_tutor(command: tuple[NominateInductionTutor, bool], actor: Actor, today: date) -> None:
    nominated, confirmed = command
    year = induction_tutor_target(await calendar(), today) if confirmed else nominated.year
    await nominate_induction_tutor(
        NominateInductionTutor(nominated.school_id, nominated.name, nominated.email, year), actor
    )


FIXES: tuple[Fix[SchoolFile, Any], ...] = (
    Fix(
        "FIX-18",
        "access",
        "Set what the school may do",
        parse=_override,
        run=without_day(set_access_override),
        choices=lambda _: {"level": LEVELS},
        fields=(
            Field("level", "What may the school do?", "radios"),
            Field(
                "until", "Last day of this decision (optional)", "date", "Without one it stays until you take it back"
            ),
        ),
        done="What the school may do is set",
    ),
    Fix(
        "FIX-19",
        "email-link",
        "Set sign-in by email link for the school",
        template="console/fixes/email-link.html",
        parse=_link,
        run=without_day(set_email_link),
        choices=lambda _: {"email_link": LINKS},
        done="Sign-in by email link is set for the school",
    ),
    Fix(
        "FIX-21",
        "induction-tutor",
        "Set the induction tutor",
        template="console/fixes/induction-tutor.html",
        initial=lambda school: (
            {"induction_tutor_name": school.tutor.name, "induction_tutor_email": school.tutor.email}
            if school.tutor
            else {}
        ),
        parse=_tutor,
        run=_set_tutor,
        choices=lambda _: {"confirmed": {"yes": "The school has confirmed this for the academic year"}},
        done="The induction tutor is set",
    ),
)
