"""What a school may choose as provider-led training, and what it is offered again."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.terms import AppropriateBodyId, PartnershipOrigin, TrainingProgramme, Year
from app.training.arrangements import (
    Arrangement,
    ArrangementKind,
    LastChoices,
    RequestedTraining,
    ReuseLost,
    arrangements,
    chosen,
    ended_pair,
    keep_current_lead_provider,
    mentor_arrangement,
    previous_arrangement,
    previous_choices,
    programme_offers,
    provider_to_tell,
    reuse_lost,
    selectable_lead_providers,
    still_holds,
    values_naming,
)
from tests.training.builders import (
    ELM,
    FERN,
    MOSS,
    OAK,
    at_noon,
    filed_in,
    moved_to,
    partnership,
    provider_facts,
    school_led,
    training,
)

NORTH_HUB = AppropriateBodyId(5)
LAST_OAK = LastChoices(NORTH_HUB, TrainingProgramme.PROVIDER_LED, OAK)
LAST_ELM = LastChoices(NORTH_HUB, TrainingProgramme.PROVIDER_LED, ELM)
LAST_SCHOOL_LED = LastChoices(NORTH_HUB, TrainingProgramme.SCHOOL_LED)
CONFIRMED, CARRY_FORWARD, REQUESTED = ArrangementKind


def listed(facts, registration):
    """The entries as (lead provider, delivery partner, kind), in their order."""
    return [
        (entry.lead_provider.name, entry.delivery_partner.name if entry.delivery_partner else None, entry.kind)
        for entry in arrangements(facts, registration)
    ]


def request(lead_provider=OAK, year=2024, started_on=date(2024, 10, 1)):
    return RequestedTraining(lead_provider, Year(year), started_on)


@pytest.mark.rule("ARR-02")
def test_lead_providers_are_those_contracted_in_r():
    facts = provider_facts()
    assert [provider.name for provider in selectable_lead_providers(facts, Year(2025))] == ["Elm", "Oak"]
    assert [provider.name for provider in selectable_lead_providers(facts, Year(2024))] == ["Oak"]
    assert selectable_lead_providers(facts, Year(2026)) == ()


@pytest.mark.rule("ARR-03")
@pytest.mark.parametrize(
    ("partnerships", "registration", "expected"),
    [
        pytest.param(
            [], filed_in(2025), [("Elm", None, REQUESTED), ("Oak", None, REQUESTED)], id="none: requests by name"
        ),
        pytest.param(
            [partnership(1, partner=MOSS, year=2025)],
            filed_in(2025),
            [("Oak", "Moss", CONFIRMED), ("Elm", None, REQUESTED)],
            id="confirmed in R: no request to the same lead provider",
        ),
        pytest.param(
            [partnership(1, partner=MOSS)],
            filed_in(2025),
            [("Oak", "Moss", CARRY_FORWARD), ("Elm", None, REQUESTED), ("Oak", None, REQUESTED)],
            id="WT-04 still paired: carry forward, and request",
        ),
        pytest.param(
            [partnership(1, partner=FERN)],
            filed_in(2025),
            [("Elm", None, REQUESTED), ("Oak", None, REQUESTED)],
            id="WT-05 no longer paired",
        ),
        pytest.param(
            [partnership(1, partner=MOSS, challenged=True)],
            filed_in(2025),
            [("Elm", None, REQUESTED), ("Oak", None, REQUESTED)],
            id="CHL-05 a challenged partnership is no arrangement",
        ),
        pytest.param(
            [partnership(1, partner=MOSS), partnership(2, partner=MOSS, year=2025, challenged=True)],
            filed_in(2025),
            [("Elm", None, REQUESTED), ("Oak", None, REQUESTED)],
            id="same pair challenged in R: not carried forward",
        ),
        pytest.param(
            [partnership(1, partner=MOSS), partnership(2, partner=FERN)],
            filed_in(2024),
            [("Oak", "Fern", CONFIRMED), ("Oak", "Moss", CONFIRMED)],
            id="one confirmed entry per delivery partner",
        ),
        pytest.param(
            [partnership(1, partner=MOSS, year=2023)],
            moved_to(2024),
            [("Oak", None, REQUESTED)],
            id="frozen move: never carried forward",
        ),
    ],
)
def test_arrangements(partnerships, registration, expected):
    assert listed(provider_facts(partnerships), registration) == expected


@pytest.mark.rule("ARR-03")
def test_form_values_carry_public_ids():
    facts = provider_facts([partnership(1, partner=MOSS), partnership(2, ELM, MOSS, 2025)])
    confirmed, carried, requested = arrangements(facts, filed_in(2025))
    assert confirmed.value == f"partnership:{facts.partnerships[1].public_id}"
    assert carried.value == f"carry_forward:{facts.partnerships[0].public_id}"
    assert requested.value == f"lead_provider:{facts.lead_providers[OAK].public_id}"
    assert (confirmed.year_from, carried.year_from, requested.year_from) == (None, 2024, None)


@pytest.mark.rule("ARR-03")
def test_the_latest_year_of_a_pair_is_carried_forward():
    years = provider_facts([partnership(1, partner=MOSS, year=2023), partnership(2, partner=MOSS, year=2024)])
    assert [entry.year_from for entry in arrangements(years, filed_in(2025)) if entry.year_from] == [2024]


@pytest.mark.rule("GEN-06")
@pytest.mark.rule("ARR-03")
def test_only_an_offered_value_can_be_chosen():
    offers = arrangements(provider_facts([partnership(1, partner=MOSS)]), filed_in(2025))
    assert chosen(offers, offers[0].value) is offers[0]
    for forged in (
        "",
        "lead_provider:",
        "partnership:" + str(offers[0].partnership.public_id),
        "\0",
        offers[0].value + " ",
    ):
        assert chosen(offers, forged) is None


@pytest.mark.rule("ARR-06")
@pytest.mark.parametrize(
    ("last", "registration", "partnerships", "requests", "expected"),
    [
        pytest.param(LAST_ELM, filed_in(2024), [], [request(ELM)], None, id="lead provider not contracted in R: no"),
        pytest.param(
            LAST_OAK,
            filed_in(2025),
            [partnership(1, partner=MOSS, year=2025), partnership(2, partner=MOSS)],
            [],
            (CONFIRMED, 1),
            id="partnership in R: that one",
        ),
        pytest.param(
            LAST_OAK,
            filed_in(2025),
            [partnership(2, partner=MOSS)],
            [request()],
            (CARRY_FORWARD, 2),
            id="carried forward",
        ),
        pytest.param(
            LAST_OAK,
            filed_in(2025),
            [partnership(2, partner=FERN)],
            [request()],
            (REQUESTED, None),
            id="requested before",
        ),
        pytest.param(LAST_OAK, filed_in(2025), [partnership(2, partner=FERN)], [], None, id="WT-05 pair ended: no"),
        pytest.param(
            LAST_OAK, filed_in(2025), [], [request(ELM, 2025)], None, id="request to another lead provider: no"
        ),
        pytest.param(
            LAST_OAK,
            moved_to(2024),
            [partnership(2, partner=MOSS, year=2023)],
            [request(year=2023)],
            None,
            id="successor: only other years, none in R: no",
        ),
        pytest.param(
            LAST_OAK, moved_to(2024), [], [request(year=2024)], (REQUESTED, None), id="successor: request in R"
        ),
        pytest.param(
            LAST_OAK,
            moved_to(2024),
            [],
            [request(year=2024, started_on=date(2030, 1, 1))],
            (REQUESTED, None),
            id="successor: request in R, whatever its start",
        ),
        pytest.param(
            LAST_OAK,
            moved_to(2024),
            [partnership(3, partner=MOSS)],
            [],
            (CONFIRMED, 3),
            id="successor: partnership in R",
        ),
    ],
)
def test_previous_arrangement(last, registration, partnerships, requests, expected):
    found = previous_arrangement(provider_facts(partnerships, requests, last), registration)
    assert (found and (found.kind, found.partnership.id if found.partnership else None)) == expected


@pytest.mark.rule("ARR-05")
def test_previous_arrangement_prefers_the_newest():
    newer = at_noon(date(2025, 12, 1))
    same_year = [
        partnership(1, partner=MOSS, year=2024, reported_at=newer),
        partnership(2, partner=FERN, year=2024),
    ]
    assert previous_arrangement(provider_facts(same_year, last_choices=LAST_OAK), filed_in(2024)).partnership.id == 1
    both_paired = frozenset({(OAK, FERN, 2025), (OAK, MOSS, 2025)})
    facts = provider_facts(same_year, last_choices=LAST_OAK, paired=both_paired)
    assert previous_arrangement(facts, filed_in(2025)).partnership.id == 1
    older_year = [partnership(1, partner=MOSS, year=2022, reported_at=newer), partnership(2, partner=FERN, year=2023)]
    facts = provider_facts(older_year, last_choices=LAST_OAK, paired=both_paired)
    assert previous_arrangement(facts, filed_in(2025)).partnership.id == 2


@pytest.mark.rule("ARR-05")
def test_a_request_counts_if_it_started_by_the_last_day_of_r():
    def found(started_on):
        return previous_arrangement(provider_facts([], [request(started_on=started_on)], LAST_OAK), filed_in(2025))

    assert found(date(2026, 5, 31)) is not None
    assert found(date(2026, 6, 1)) is None


@pytest.mark.rule("ARR-04")
@pytest.mark.parametrize(
    ("last", "selectable", "offered"),
    [
        pytest.param(None, True, False, id="no choices before"),
        pytest.param(LAST_SCHOOL_LED, True, True, id="school-led, body selectable"),
        pytest.param(LAST_SCHOOL_LED, False, False, id="school-led, body gone"),
        pytest.param(LAST_OAK, True, True, id="provider-led, all there"),
        pytest.param(LAST_OAK, False, False, id="provider-led, body gone"),
        pytest.param(LAST_ELM, True, False, id="provider-led, no previous arrangement"),
    ],
)
def test_previous_choices(last, selectable, offered):
    facts = provider_facts([partnership(1, partner=MOSS)], last_choices=last)
    found = previous_choices(facts, filed_in(2025), last_body_selectable=selectable)
    assert (found is not None) is offered
    if found is not None:
        assert found.appropriate_body_id == NORTH_HUB
        assert (found.arrangement is None) is (last.programme is TrainingProgramme.SCHOOL_LED)


@pytest.mark.rule("SCH-02")
def test_provider_led_choices_are_not_offered_where_only_school_led_is():
    facts = provider_facts([partnership(1, partner=MOSS)], last_choices=LAST_OAK, provider_led_offered=False)
    assert not programme_offers(facts, filed_in(2025), training(year=Year(2024)), last_body_selectable=True).any


@pytest.mark.rule("RE-14")
@pytest.mark.parametrize(
    ("last", "partnerships", "selectable", "expected"),
    [
        pytest.param(LAST_OAK, [partnership(1, partner=FERN)], True, ReuseLost.PAIR_ENDED, id="WT-05"),
        pytest.param(LAST_OAK, [partnership(1, partner=MOSS)], False, ReuseLost.APPROPRIATE_BODY_CLOSED, id="body"),
        pytest.param(LAST_OAK, [], True, ReuseLost.NOTHING_TO_CONTINUE, id="never a partnership or request"),
        pytest.param(LAST_OAK, [partnership(1, partner=MOSS)], True, None, id="still offered"),
        pytest.param(None, [], True, None, id="no choices before"),
    ],
)
def test_why_last_choices_are_not_offered(last, partnerships, selectable, expected):
    facts = provider_facts(partnerships, last_choices=last)
    assert reuse_lost(facts, filed_in(2025), last_body_selectable=selectable) is expected
    assert (ended_pair(facts, filed_in(2025)) is not None) == (expected is ReuseLost.PAIR_ENDED)


@pytest.mark.rule("M-23")
@pytest.mark.parametrize(
    ("partner", "chosen", "told"),
    [
        pytest.param(FERN, None, True, id="the pair ended, school-led chosen"),
        pytest.param(FERN, LAST_ELM.lead_provider_id, True, id="the pair ended, another provider chosen"),
        pytest.param(FERN, LAST_OAK.lead_provider_id, False, id="the pair ended, the same provider chosen"),
        pytest.param(MOSS, None, False, id="the pair goes on"),
    ],
)
def test_the_last_provider_is_told_only_when_its_pair_ended_and_it_was_not_chosen(partner, chosen, told):
    facts = provider_facts([partnership(1, partner=partner)], last_choices=LAST_OAK)
    arrangement = Arrangement(ArrangementKind.REQUESTED, facts.lead_providers[chosen]) if chosen else None
    found = provider_to_tell(facts, filed_in(2025), arrangement, last_body_selectable=True)
    assert found == (LAST_OAK.lead_provider_id if told else None)


@pytest.mark.rule("PER-30")
def test_every_value_that_names_a_provider_is_known():
    one = partnership(1, partner=MOSS)
    facts = provider_facts([one])
    own = facts.lead_providers[one.lead_provider_id].public_id
    found = values_naming(facts, one.lead_provider_id)
    assert found == {
        str(own),
        f"lead_provider:{own}",
        f"partnership:{one.public_id}",
        f"carry_forward:{one.public_id}",
    }
    assert values_naming(facts, None) == set()


@pytest.mark.rule("RE-14")
def test_lead_provider_without_contract_is_the_reason():
    facts = provider_facts(last_choices=LAST_ELM)
    assert reuse_lost(facts, filed_in(2024), last_body_selectable=True) is ReuseLost.LEAD_PROVIDER_NOT_CONTRACTED


@pytest.mark.rule("ARR-07")
@pytest.mark.parametrize(
    ("latest", "partnerships", "year", "expected"),
    [
        pytest.param(None, [], 2025, None, id="no training"),
        pytest.param(school_led(), [], 2025, None, id="school-led"),
        pytest.param(training(lead_provider_id=ELM), [], 2024, None, id="not contracted in R"),
        pytest.param(training(), [], 2024, (REQUESTED, None), id="WT-08 no partnership: requested"),
        pytest.param(
            training(delivery_partner_id=FERN),
            [partnership(1, partner=FERN), partnership(2, partner=MOSS, reported_at=at_noon(date(2025, 3, 1)))],
            2024,
            (CONFIRMED, 1),
            id="confirmed with the present delivery partner",
        ),
        pytest.param(
            training(),
            [partnership(1, partner=FERN), partnership(2, partner=MOSS, reported_at=at_noon(date(2025, 3, 1)))],
            2024,
            (CONFIRMED, 2),
            id="else the newest confirmed",
        ),
        pytest.param(
            training(delivery_partner_id=MOSS),
            [partnership(1, partner=MOSS), partnership(2, partner=FERN, year=2025)],
            2025,
            (CONFIRMED, 2),
            id="confirmed with another before carrying forward",
        ),
        pytest.param(
            training(delivery_partner_id=MOSS), [partnership(1, partner=MOSS)], 2025, (CARRY_FORWARD, 1), id="carried"
        ),
        pytest.param(
            training(delivery_partner_id=FERN), [partnership(1, partner=MOSS)], 2025, (CARRY_FORWARD, 1), id="newest"
        ),
    ],
)
def test_keep_the_current_lead_provider(latest, partnerships, year, expected):
    found = keep_current_lead_provider(provider_facts(partnerships), filed_in(year), latest)
    assert (found and (found.kind, found.partnership.id if found.partnership else None)) == expected


@pytest.mark.rule("RE-13")
@pytest.mark.parametrize(
    ("last", "latest", "shown"),
    [
        pytest.param(LAST_OAK, None, (True, False), id="last choices only"),
        pytest.param(LAST_OAK, training(), (True, False), id="same as last choices: not listed twice"),
        pytest.param(LAST_OAK, training(lead_provider_id=ELM), (True, True), id="both"),
        pytest.param(LAST_SCHOOL_LED, training(), (True, True), id="last choices school-led, keep Oak"),
        pytest.param(None, training(), (False, True), id="keep only"),
        pytest.param(None, None, (False, False), id="not shown"),
    ],
)
def test_programme_question(last, latest, shown):
    facts = provider_facts([partnership(1, partner=MOSS, year=2025)], last_choices=last)
    offers = programme_offers(facts, filed_in(2025), latest, last_body_selectable=True)
    assert (offers.previous is not None, offers.keep is not None) == shown
    assert offers.any is any(shown)


@pytest.mark.rule("ARR-08")
def test_a_stored_choice_holds_only_while_it_means_the_same():
    before = provider_facts(last_choices=LAST_OAK, requests=[request()])
    shown = previous_arrangement(before, filed_in(2025)).shown
    assert still_holds(shown, previous_arrangement(before, filed_in(2025)))
    confirmed_since = replace(before, partnerships=(partnership(1, partner=MOSS, year=2025),))
    assert not still_holds(shown, previous_arrangement(confirmed_since, filed_in(2025)))
    assert not still_holds(shown, None)


@pytest.mark.rule("ARR-08")
def test_another_delivery_partner_on_the_same_partnership_is_a_different_arrangement():
    first, second = (
        arrangements(provider_facts([partnership(1, partner=partner)]), filed_in(2024))[0] for partner in (FERN, MOSS)
    )
    assert first.value == second.value
    assert not still_holds(first.shown, second)


@pytest.mark.rule("ARR-11")
@pytest.mark.parametrize(
    ("ect_partnership", "partnerships", "expected"),
    [
        pytest.param(1, [1, 2], (CONFIRMED, 1), id="the ECT's own"),
        pytest.param(None, [1, 2], (CONFIRMED, 2), id="else the newest"),
        pytest.param(9, [], (REQUESTED, None), id="never carried forward"),
    ],
)
def test_arrangement_of_a_mentor(ect_partnership, partnerships, expected):
    known = {
        1: partnership(1, partner=MOSS, year=2025),
        2: partnership(2, partner=FERN, year=2025, reported_at=at_noon(date(2026, 1, 1))),
    }
    facts = provider_facts([partnership(9, partner=MOSS), *(known[number] for number in partnerships)])
    found = mentor_arrangement(facts, Year(2025), OAK, ect_partnership)
    assert (found.kind, found.partnership.id if found.partnership else None) == expected


partnership_rows = st.lists(
    st.tuples(st.sampled_from([OAK, ELM]), st.sampled_from([FERN, MOSS]), st.integers(2022, 2026), st.booleans()),
    unique_by=lambda row: row[:3],
)
pair_rows = st.frozensets(
    st.tuples(st.sampled_from([OAK, ELM]), st.sampled_from([FERN, MOSS]), st.integers(2022, 2026))
)


@st.composite
def any_facts(draw):
    rows = [
        partnership(
            number,
            lead_provider,
            partner,
            year,
            challenged=challenged,
            origin=draw(st.sampled_from(PartnershipOrigin)),
            reported_at=at_noon(draw(st.dates(date(2022, 1, 1), date(2026, 12, 31)))),
        )
        for number, (lead_provider, partner, year, challenged) in enumerate(draw(partnership_rows), 1)
    ]
    contracted = draw(st.frozensets(st.tuples(st.sampled_from([OAK, ELM]), st.integers(2022, 2026))))
    requests = draw(
        st.lists(st.builds(request, st.sampled_from([OAK, ELM]), st.integers(2022, 2026), st.dates(date(2022, 1, 1))))
    )
    last = draw(st.sampled_from([None, LAST_OAK, LAST_ELM, LAST_SCHOOL_LED]))
    return provider_facts(rows, requests, last, contracted=contracted, paired=draw(pair_rows))


registrations = st.builds(filed_in, st.integers(2022, 2026)) | st.builds(moved_to, st.integers(2023, 2026))


@pytest.mark.rule("ARR-03")
@given(any_facts(), registrations)
def test_every_entry_is_allowed_and_named_once(facts, registration):
    entries = arrangements(facts, registration)
    values = [entry.value for entry in entries]
    assert len(set(values)) == len(values)
    in_r = {(p.lead_provider_id, p.delivery_partner_id) for p in facts.partnerships if p.year == registration.year}
    for entry in entries:
        provider = entry.lead_provider.id
        assert (provider, registration.year) in facts.contracted
        if entry.kind is CARRY_FORWARD:
            pair = (provider, entry.delivery_partner.id)
            assert not registration.frozen_move
            assert pair not in in_r
            assert (*pair, registration.year) in facts.paired
            assert not entry.partnership.challenged


@pytest.mark.rule("ARR-03")
@pytest.mark.rule("ARR-05")
@pytest.mark.rule("ARR-07")
@given(any_facts(), registrations, st.sampled_from([None, FERN, MOSS]))
def test_what_is_offered_again_is_among_what_may_be_chosen(facts, registration, present_partner):
    entries = arrangements(facts, registration)
    latest = training(lead_provider_id=OAK, delivery_partner_id=present_partner)
    for offer in (
        previous_arrangement(facts, registration),
        keep_current_lead_provider(facts, registration, latest),
    ):
        assert offer is None or offer in entries
