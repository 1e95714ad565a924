"""What staff can put right about training: its partnership and its academic year (FIX-07, FIX-08)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import clock
from app.registration.changes.move_training import MoveTraining, move_training, person_to_move
from app.registration.registering.start_dates import day_in_words
from app.training.arrangements import ArrangementKind
from app.training.periods import academic_year
from app.values import Invalid, parse_both, parse_choice
from app.web.console.fixes import Field, Fix, NotPossible
from app.web.console.person_shown import ROLES
from app.web.console.places import form_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.person_queries import PersonFile, TrainingFile
    from app.registration.changes.move_training import PersonToMove
    from app.terms import TRN, TrainingPeriodId
    from app.training.moves import Filing
    from app.values import Form
    from app.web.console.fixes import Circumstances

NONE_OPEN = "No lead provider trains them now or is to, or it has stopped or paused that."
NO_YEAR = "No other academic year is open that has the schedule of their training and their lead provider."


def going_on(person: PersonFile) -> dict[str, TrainingFile]:
    """Return their trainings with a lead provider that go on or are to come, by public id."""
    today = clock.today()
    return {str(training.public_id): training for training in person.trainings if training.goes_on(today)}


def _possible(person: PersonFile) -> str:
    return "" if going_on(person) else NONE_OPEN


@dataclass(frozen=True)
class Moves:
    """Where each training of a person may be filed instead."""

    trn: TRN
    trainings: Mapping[str, TrainingFile]
    filings: Mapping[TrainingPeriodId, tuple[Filing, ...]]

    @property
    def choices(self) -> dict[str, dict[str, str]]:
        """The trainings that can be moved, and everywhere that one of them can go."""
        places = {f.value: filing_words(f) for filings in self.filings.values() for f in filings}
        return {"training": {key: training_words(t) for key, t in self.trainings.items()}, "filing": places}

    @property
    def only(self) -> dict[str, str]:
        """What is chosen already because there is no other."""
        return {"training": next(iter(self.trainings))} if len(self.trainings) == 1 else {}

    def parse(self, form: Form) -> MoveTraining:
        """Return what is chosen; raises Invalid."""
        places = self.choices["filing"]
        key, value = parse_both(
            lambda: parse_choice(form, "training", list(self.trainings), "Select which training it is about"),
            lambda: parse_choice(form, "filing", list(places), "Select where the training is to be filed"),
        )
        training = self.trainings[key]
        filing = next((filing for filing in self.filings[training.id] if filing.value == value), None)
        if filing is None:
            raise Invalid(filing="That is not open to this training. Select another")
        return MoveTraining(self.trn, training.id, training.school_id, filing)


def training_words(training: TrainingFile) -> str:
    """Return a training as an option: role, school, year, lead provider and first day."""
    year = f", {academic_year(training.year)}" if training.year else ""
    provider = training.lead_provider or "no lead provider"
    since = day_in_words(training.started_on)
    return f"{ROLES[training.role]} at {training.school}{year} with {provider}, from {since}"


def filing_words(filing: Filing) -> str:
    """Return a place to file training as an option: year, lead provider and delivery partner."""
    asked = ", to be confirmed by it" if filing.arrangement.kind is ArrangementKind.REQUESTED else ""
    return f"{academic_year(filing.year)}: {filing.arrangement.words}{asked}"


async def _partnerships(person: PersonFile, circumstances: Circumstances) -> Moves:
    mover = await person_to_move(person.trn, circumstances.today)
    moves = _moves(person, mover, mover.partnerships())
    asked = moves.trainings.get(circumstances.given.get("training", ""))
    if not (moves.filings[asked.id] if asked else moves.choices["filing"]):
        training = asked or next(iter(going_on(person).values()))
        form = f"/admin/schools/{training.urn}/fixes/add-partnership"
        instead = form_address(form, circumstances.form_address), f"Add a partnership of {training.school}"
        year = academic_year(training.year) if training.year else "that year"
        raise NotPossible(f"{training.school} has no other partnership for {year}.", instead)
    return moves


async def _years(person: PersonFile, circumstances: Circumstances) -> Moves:
    mover = await person_to_move(person.trn, circumstances.today)
    moves = _moves(person, mover, mover.years())
    if not moves.choices["filing"]:
        raise NotPossible(NO_YEAR)
    return moves


def _moves(person: PersonFile, mover: PersonToMove, filings: Mapping[TrainingPeriodId, tuple[Filing, ...]]) -> Moves:
    trainings = {key: training for key, training in going_on(person).items() if training.id in filings}
    return Moves(mover.trn, trainings, filings)


WHICH = Field("training", "Which training?", "radios")
FIXES: tuple[Fix[PersonFile, Any], ...] = (
    Fix(
        "FIX-07",
        "move-training",
        "Move training to another partnership",
        possible=_possible,
        load=_partnerships,
        initial=lambda moves: moves.only,
        parse=lambda form, moves: moves.parse(form),
        run=move_training,
        choices=lambda moves: moves.choices,
        done="The training is moved",
        fields=(WHICH, Field("filing", "To which partnership?", "radios")),
        record_field="training",
        records=going_on,
    ),
    Fix(
        "FIX-08",
        "training-year",
        "Change the academic year of training",
        possible=_possible,
        load=_years,
        initial=lambda moves: moves.only,
        parse=lambda form, moves: moves.parse(form),
        run=move_training,
        choices=lambda moves: moves.choices,
        done="The academic year of the training is changed",
        fields=(WHICH, Field("filing", "In which academic year, and with whom?", "radios")),
        record_field="training",
        records=going_on,
    ),
)
