"""What is asked only of an ECT once they are found: dead ends, and an earlier registration (RE-09, RE-19 to RE-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.journeys.engine import Ask, Exit, Question
from app.registration.rules import ECTStay, asks_about_transfer, ect_dead_end, latest_stay, stay_in_the_way
from app.values import Form, parse_choice

if TYPE_CHECKING:
    from datetime import date

    from app.web.schools.identity.facts import Matched
    from app.web.schools.register_ect.facts import RegisterECTFacts

TRANSFER_MESSAGE = "Select yes if they are moving to your school"


def stop_at_dead_end(matched: Matched, facts: RegisterECTFacts) -> None:
    """Stop at the first reason why this person can't be registered as an ECT here (IDN-07, RE-27)."""
    found = matched.known.found(matched.snapshot)
    dead_end = ect_dead_end(found, facts.school.id, facts.today)
    if dead_end is None:
        return
    stay = stay_in_the_way(found, facts.school.id, facts.today)
    record = str(matched.known.details_of(stay).public_id) if stay is not None else ""
    details = {"name": matched.name, "record": record, "registering": facts.registering}
    raise Exit(dead_end.value, details, blocks=True)


def ask_about_earlier(ask: Ask, matched: Matched, facts: RegisterECTFacts) -> None:
    """Show an earlier registration, and ask about a transfer when it is open elsewhere (RE-09)."""
    earlier = latest_stay(matched.known.ect_stays)
    if earlier is None:
        return
    if not ask(registered_before(matched, earlier, facts)):
        raise Exit("not-transferring", {"name": matched.name})


def registered_before(matched: Matched, earlier: ECTStay, facts: RegisterECTFacts) -> Question[bool]:
    """Show the latest earlier stay; its answer is True where nothing is asked."""
    asks = asks_about_transfer(earlier, facts.school.id, facts.today)
    details = matched.known.details_of(earlier)

    def parse(form: Form) -> bool:
        return not asks or parse_choice(form, "transferring_in", ["yes", "no"], TRANSFER_MESSAGE) == "yes"

    return Question(
        "registered-before",
        f"{matched.name} has been registered before",
        parse,
        ("transferring_in",) if asks else ("seen",),
        template="journeys/register-ect/registered-before.html",
        details={"earlier": details, "asks": asks, "induction_start": induction_start(matched), "name": matched.name},
        keep=lambda _: {} if asks else {"seen": "yes"},
    )


def induction_start(matched: Matched) -> date | None:
    """Return the first day of induction as far as known (ABR-07)."""
    recorded = [induction.started_on for induction in matched.known.inductions]
    return min(recorded, default=matched.snapshot.induction_start_date)
