"""Which mentors get training, with whom and from when (rules §14; journeys section 5.6)."""

from datetime import date

import pytest

from app.policy import Policy
from app.terms import MentorIneligibleReason, Period, Role, ScheduleIdentifier, SchoolPartnershipId, Year
from app.training.arrangements import ArrangementKind
from app.training.mentor_training import (
    Coming,
    ECTToMentor,
    MentorHistory,
    MentorTrainingFacts,
    TrainingOffer,
    WhyNone,
    decided,
    mentor_schedule,
    training_offer,
    why_in_words,
)
from app.training.periods import Calendar, CannotFile, EarlierMentorship
from tests.training.builders import (
    ELM,
    FERN,
    GAP_CALENDAR,
    MOSS,
    OAK,
    WORKED_EXAMPLES,
    at_noon,
    partnership,
    provider_facts,
    school_led,
    training,
)

TODAY = date(2025, 10, 6)
WITH_ELM = ECTToMentor(training(1, lead_provider_id=ELM))
WITH_OAK = ECTToMentor(training(2, lead_provider_id=OAK))
SCHOOL_LED = ECTToMentor(school_led(3))
ECT_STOPPED_ON = at_noon(date(2025, 10, 1))
EARLIER_WITH_OAK = training(9, date(2024, 9, 1), date(2025, 7, 18), role=Role.MENTOR, year=Year(2024))
ONGOING_WITH_OAK = training(9, date(2024, 9, 1), role=Role.MENTOR, year=Year(2024))


def facts(*ects, coming=Coming.MOVING, trainings=(), ineligible=None, started_on=TODAY, **more):
    """A mentor who comes to the ECTs given, fundable and never trained unless said otherwise."""
    history = MentorHistory(trainings=tuple(trainings), ineligible_reason=ineligible)
    providers = more.pop("providers", provider_facts())
    values = {"calendar": WORKED_EXAMPLES, **more}
    return MentorTrainingFacts(history, ects, coming, started_on, providers, **values)


def names(providers):
    """Lead providers by name."""
    return [provider.name for provider in providers]


def offered(given):
    """The offer there must be."""
    offer = training_offer(given, TODAY)
    assert isinstance(offer, TrainingOffer)
    return offer


@pytest.mark.rule("MFT-02", "MFT-03", "MFT-04", "MFT-05", "MFT-06", "MFT-08", "SCH-02")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(facts(), WhyNone.NO_ECT, id="no ECT"),
        pytest.param(facts(SCHOOL_LED), WhyNone.SCHOOL_LED, id="school-led ECT"),
        pytest.param(facts(ECTToMentor()), WhyNone.SCHOOL_LED, id="ECT without training"),
        pytest.param(
            facts(WITH_ELM, ineligible=MentorIneligibleReason.STARTED_NOT_COMPLETED),
            WhyNone.NOT_FUNDABLE,
            id="not fundable",
        ),
        pytest.param(facts(WITH_ELM), ("told", "Elm"), id="never a mentor"),
        pytest.param(
            facts(ECTToMentor(training(1, lead_provider_id=ELM, withdrawn_at=ECT_STOPPED_ON))),
            ("asked", None),
            id="ECT withdrawn",
        ),
        pytest.param(
            facts(ECTToMentor(training(1, lead_provider_id=ELM, deferred_at=ECT_STOPPED_ON))),
            ("asked", None),
            id="ECT deferred",
        ),
        pytest.param(
            facts(ECTToMentor(training(1, lead_provider_id=ELM, partnership_id=1, disputed=True))),
            ("asked", None),
            id="ECT disputed",
        ),
        pytest.param(
            facts(WITH_ELM, providers=provider_facts(contracted=frozenset({(OAK, 2025)}))),
            ("asked", None),
            id="ECT's lead provider not contracted in R",
        ),
        pytest.param(
            facts(WITH_ELM, coming=Coming.ALSO_ELSEWHERE, trainings=[ONGOING_WITH_OAK]),
            WhyNone.ALSO_ELSEWHERE,
            id="also elsewhere, trained",
        ),
        pytest.param(
            facts(WITH_ELM, coming=Coming.ALSO_ELSEWHERE), ("told", "Elm"), id="also elsewhere, never trained"
        ),
        pytest.param(
            facts(WITH_OAK, trainings=[ONGOING_WITH_OAK], closes_elsewhere=True),
            ("returning", "Oak"),
            id="only here, trained",
        ),
        pytest.param(facts(WITH_OAK, trainings=[EARLIER_WITH_OAK]), ("returning", "Oak"), id="all ended, trained"),
        pytest.param(
            facts(WITH_ELM, trainings=[EARLIER_WITH_OAK]), ("returning", None), id="trained in a year without Elm"
        ),
        pytest.param(
            facts(WITH_ELM, trainings=[training(9, role=Role.MENTOR, cancelled=True)]),
            ("told", "Elm"),
            id="only cancelled training",
        ),
        pytest.param(facts(WITH_ELM, coming=Coming.HERE), ("told", "Elm"), id="here, never trained"),
        pytest.param(
            facts(WITH_ELM, coming=Coming.HERE, trainings=[EARLIER_WITH_OAK]),
            WhyNone.ALREADY_TRAINED,
            id="here, trained",
        ),
        pytest.param(facts(WITH_ELM, school_trains=False), WhyNone.SCHOOL, id="school-led only school"),
        pytest.param(
            facts(WITH_OAK, trainings=[ONGOING_WITH_OAK]), WhyNone.OVERLAPS, id="training elsewhere goes on (MFT-09)"
        ),
        pytest.param(facts(WITH_ELM, calendar=Calendar()), CannotFile.NO_PERIOD, id="no period at all (CP-11)"),
    ],
)
def test_what_training_a_mentor_is_offered(given, expected):
    offer = training_offer(given, TODAY)
    if isinstance(offer, TrainingOffer):
        kind = "returning" if offer.returning else "told" if offer.proposed else "asked"
        assert (kind, offer.proposed.name if offer.proposed else None) == expected
    else:
        assert offer is expected


@pytest.mark.rule("MFT-01")
@pytest.mark.parametrize("reason", [None, *MentorIneligibleReason])
def test_only_a_reason_makes_somebody_unfundable(reason):
    history = MentorHistory(ineligible_reason=reason, ineligible_on=date(2024, 1, 1) if reason else None)
    assert history.fundable is (reason is None)


@pytest.mark.rule("MFT-08")
@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (MentorIneligibleReason.COMPLETED_DECLARATION_RECEIVED, "completed mentor training on 18 July 2024"),
        (MentorIneligibleReason.COMPLETED_DURING_EARLY_ROLL_OUT, "completed mentor training on 18 July 2024"),
        (MentorIneligibleReason.STARTED_NOT_COMPLETED, "cannot have more funded training"),
    ],
)
def test_somebody_who_cannot_have_more_is_told_why(reason, said):
    history = MentorHistory(ineligible_reason=reason, ineligible_on=date(2024, 7, 18))
    assert said in why_in_words(WhyNone.NOT_FUNDABLE, history)


@pytest.mark.rule("SCH-02")
def test_a_school_without_mentor_training_is_told_nothing_about_it():
    assert not why_in_words(WhyNone.SCHOOL, MentorHistory())


@pytest.mark.rule("MFT-03")
@pytest.mark.parametrize("enabled", [True, False])
def test_funding_of_the_year_decides_about_the_wording_only(enabled):
    year = WORKED_EXAMPLES.of_year(Year(2025))
    assert year is not None
    calendar = Calendar((type(year)(year.year, year.started_on, year.finished_on, mentor_funding_enabled=enabled),))
    assert offered(facts(WITH_ELM, calendar=calendar)).funded is enabled


@pytest.mark.rule("MFT-05")
@pytest.mark.parametrize(
    ("ect", "trained_with", "own"),
    [(WITH_ELM, OAK, "Oak"), (WITH_ELM, ELM, None), (WITH_ELM, 3, None)],
    ids=["another", "the same", "not contracted in R"],
)
def test_a_returning_mentor_may_go_back_to_their_own_lead_provider(ect, trained_with, own):
    earlier = training(9, date(2025, 6, 1), date(2025, 7, 18), role=Role.MENTOR, lead_provider_id=trained_with)
    offer = offered(facts(ect, trainings=[earlier]))
    assert (offer.own.name if offer.own else None) == own


@pytest.mark.rule("MFT-07", "RM-16")
@pytest.mark.parametrize(
    ("ects", "inheritable", "proposed"),
    [
        ((WITH_ELM, WITH_ELM), ["Elm"], "Elm"),
        ((WITH_ELM, WITH_OAK), ["Elm", "Oak"], None),
        ((WITH_ELM, SCHOOL_LED), ["Elm"], "Elm"),
    ],
    ids=["agree", "disagree", "one is school-led"],
)
def test_a_lead_provider_is_proposed_only_if_the_ects_agree(ects, inheritable, proposed):
    offer = offered(facts(*ects))
    assert names(offer.inheritable) == inheritable
    assert (offer.proposed.name if offer.proposed else None) == proposed


@pytest.mark.rule("RM-14", "ARR-02", "CP-07", "CP-09")
@pytest.mark.parametrize(
    ("given", "year", "listed"),
    [
        pytest.param(facts(WITH_OAK), 2025, ["Oak", "Elm"], id="the ECT's first"),
        pytest.param(facts(WITH_ELM, trainings=[EARLIER_WITH_OAK]), 2024, ["Oak"], id="R is their own year"),
        pytest.param(
            facts(
                WITH_OAK, trainings=[training(9, date(2022, 9, 1), date(2023, 7, 1), role=Role.MENTOR, year=Year(2022))]
            ),
            2025,
            ["Oak", "Elm"],
            id="never moved to a successor",
        ),
    ],
)
def test_the_lead_providers_of_r_are_listed(given, year, listed):
    offer = offered(given)
    assert (offer.registration.year, names(offer.lead_providers)) == (year, listed)


@pytest.mark.rule("MFT-09")
@pytest.mark.parametrize(
    ("given", "today", "starts_on"),
    [
        pytest.param(facts(WITH_ELM), TODAY, TODAY, id="registered today"),
        pytest.param(facts(WITH_ELM, started_on=date(2025, 9, 1)), TODAY, date(2025, 9, 1), id="backdated"),
        pytest.param(facts(WITH_ELM, started_on=date(2025, 4, 1)), TODAY, date(2025, 6, 1), id="not before R"),
        pytest.param(facts(WITH_ELM, started_on=date(2025, 11, 3)), TODAY, date(2025, 11, 3), id="starting"),
        pytest.param(
            facts(WITH_ELM, coming=Coming.HERE, started_on=date(2021, 9, 1)), TODAY, TODAY, id="assigned (W11)"
        ),
        pytest.param(
            facts(WITH_ELM, coming=Coming.HERE, started_on=date(2025, 11, 3)),
            TODAY,
            date(2025, 11, 3),
            id="before start",
        ),
        pytest.param(
            facts(
                WITH_ELM,
                coming=Coming.HERE,
                calendar=GAP_CALENDAR,
                started_on=date(2024, 9, 1),
                providers=provider_facts(contracted=frozenset({(ELM, 2026)})),
            ),
            date(2026, 6, 5),
            date(2026, 6, 5),
            id="assigned in a gap (W14)",
        ),
    ],
)
def test_training_starts_with_the_mentor_or_with_the_assignment(given, today, starts_on):
    offer = training_offer(given, today)
    assert isinstance(offer, TrainingOffer)
    assert offer.starts_on == starts_on


@pytest.mark.rule("ARR-11")
@pytest.mark.parametrize(
    ("ect", "partnerships", "kind", "partner"),
    [
        pytest.param(
            training(1, partnership_id=SchoolPartnershipId(1), confirmed_at=ECT_STOPPED_ON),
            [
                partnership(1, OAK, MOSS, 2025, reported_at=at_noon(date(2025, 7, 1))),
                partnership(2, OAK, FERN, 2025, reported_at=at_noon(date(2025, 8, 1))),
            ],
            ArrangementKind.CONFIRMED,
            "Moss",
            id="the ECT's own",
        ),
        pytest.param(
            training(1, partnership_id=SchoolPartnershipId(7), year=Year(2024)),
            [
                partnership(1, OAK, MOSS, 2025, reported_at=at_noon(date(2025, 7, 1))),
                partnership(2, OAK, FERN, 2025, reported_at=at_noon(date(2025, 8, 1))),
            ],
            ArrangementKind.CONFIRMED,
            "Fern",
            id="else the newest",
        ),
        pytest.param(
            training(1), [partnership(1, OAK, MOSS, 2024)], ArrangementKind.REQUESTED, None, id="never carried forward"
        ),
        pytest.param(
            training(1),
            [partnership(1, OAK, MOSS, 2025, challenged=True)],
            ArrangementKind.REQUESTED,
            None,
            id="never a challenged one",
        ),
    ],
)
def test_a_mentor_shares_the_partnership_of_their_ect(ect, partnerships, kind, partner):
    given = facts(ECTToMentor(ect), providers=provider_facts(partnerships))
    made = decided(given, offered(given), OAK, ScheduleIdentifier.STANDARD_SEPTEMBER)
    found = made.arrangement.delivery_partner
    assert (made.arrangement.kind, found.name if found else None) == (kind, partner)


@pytest.mark.rule("SCD-01", "SCD-02", "SCD-03")
@pytest.mark.parametrize(
    ("earlier", "trainings", "schedule"),
    [
        pytest.param([], [], "ecf-standard-september", id="nobody before"),
        pytest.param([(7, date(2025, 9, 15))], [], "ecf-replacement-september", id="replaces one paid for"),
        pytest.param([(7, date(2025, 8, 1))], [], "ecf-standard-september", id="declared outside the mentorship"),
        pytest.param(
            [(7, date(2025, 9, 15))],
            [training(9, role=Role.MENTOR, finished_on=date(2025, 9, 30), schedule=ScheduleIdentifier.STANDARD_APRIL)],
            "ecf-standard-april",
            id="keeps their own",
        ),
    ],
)
def test_a_mentor_who_replaces_another_has_a_schedule_of_its_own(earlier, trainings, schedule):
    mentorships = tuple(EarlierMentorship(m, Period(date(2025, 9, 1), date(2025, 9, 30)), (d,)) for m, d in earlier)
    given = facts(ECTToMentor(WITH_ELM.decisive, mentorships), trainings=trainings)
    found = mentor_schedule(given, offered(given), set(ScheduleIdentifier), Policy().schedule_months, TODAY)
    assert found == schedule


@pytest.mark.rule("SCD-04")
def test_a_schedule_that_does_not_exist_is_none():
    given = facts(WITH_ELM)
    assert mentor_schedule(given, offered(given), set(), Policy().schedule_months, TODAY) is None
