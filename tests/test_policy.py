"""Settings that administrators change while the service runs."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy import MonthDay, Policy, Term
from app.terms import DeferralReason

KEYS = [setting.name for setting in dataclasses.fields(Policy)]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)


def test_the_defaults_are_those_of_the_specification() -> None:
    policy = Policy.from_rows({})
    assert policy == Policy()
    assert (policy.min_age_years, policy.max_age_years) == (18, 100)
    assert (policy.failed_lookups_per_user_hour, policy.failed_lookups_per_school_day) == (10, 30)
    assert (policy.failed_lookups_per_trn_day, policy.lookups_per_user_hour, policy.lookups_per_school_hour) == (
        5,
        60,
        150,
    )
    assert (policy.draft_days, policy.short_draft_hours, policy.draft_warning_days) == (30, 24, 5)
    assert (policy.max_months_ahead, policy.earliest_start_periods_back, policy.trs_snapshot_hours) == (4, 2, 24)
    assert policy.admitted_unfunded_types == frozenset()
    assert not policy.unfunded_may_use_provider_led
    assert policy.academic_year_start == MonthDay(9, 1)


@pytest.mark.rule("SCD-02")
def test_the_months_of_the_schedules() -> None:
    months = Policy().schedule_months
    assert [months[month] for month in (6, 10)] == ["september"] * 2
    assert [months[month] for month in (11, 12, 1, 2)] == ["january"] * 4
    assert [months[month] for month in (3, 5)] == ["april"] * 2


def test_stored_values_override_the_defaults() -> None:
    policy = Policy.from_rows(
        {
            "min_age_years": 16,
            "unfunded_may_use_provider_led": True,
            "admitted_unfunded_types": [11, 37],
            "shared_mailbox_words": ["office"],
            "deferral_reasons_hidden": ["bereavement"],
            "academic_year_start": "08-31",
            "reminder_terms": [["06-01", "12-31"]],
            "schedule_months": {"september": [6, 7, 8, 9], "january": [10, 11, 12, 1, 2], "april": [3, 4, 5]},
            "mentor_training_text": "up to 10 hours",
            "guidance_links": {"where": "https://guidance.example/where"},
            "no_such_setting": object(),
        }
    )
    assert policy.min_age_years == 16
    assert policy.max_age_years == 100
    assert policy.unfunded_may_use_provider_led
    assert policy.admitted_unfunded_types == {11, 37}
    assert policy.shared_mailbox_words == ("office",)
    assert policy.deferral_reasons_hidden == {DeferralReason.BEREAVEMENT}
    assert policy.academic_year_start == MonthDay(8, 31)
    assert policy.reminder_terms == (Term(MonthDay(6, 1), MonthDay(12, 31)),)
    assert policy.schedule_months[10] == "january"
    assert policy.guidance_links == {"where": "https://guidance.example/where"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("draft_days", "30"),
        ("draft_days", True),
        ("draft_days", 30.0),
        ("draft_days", -1),
        ("draft_days", 10**9),
        ("page_size", 0),
        ("min_age_years", 101),
        ("unfunded_may_use_provider_led", 1),
        ("admitted_unfunded_types", [30]),
        ("admitted_unfunded_types", 11),
        ("shared_mailbox_words", "office"),
        ("deferral_reasons_hidden", ["boredom"]),
        ("academic_year_start", "02-30"),
        ("academic_year_start", "9-1"),
        ("reminder_terms", [["06-01"]]),
        ("schedule_months", {"september": [9]}),
        ("schedule_months", {"september": list(range(1, 13)), "april": [3]}),
        ("schedule_months", {"autumn": list(range(1, 13))}),
        ("guidance_links", {"where": 1}),
        ("support_email", None),
    ],
)
def test_a_value_of_the_wrong_type_or_outside_its_range_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValueError, match=key):
        Policy.from_rows({key: value})


@given(st.sampled_from(KEYS), json_values)
def test_no_stored_value_does_anything_but_fit_or_be_refused(key: str, value: object) -> None:
    try:
        policy = Policy.from_rows({key: value})
    except ValueError as error:
        assert key in str(error)  # noqa: PT017
        return
    default = getattr(Policy(), key)
    assert isinstance(getattr(policy, key), type(default))
