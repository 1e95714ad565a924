"""Who may gain access by email, how an address is hidden, and when codes are off (ACC-2.3, ACC-5.6, ACC-6.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.access.email_link import CODES_OFF, WRONG_CODES, codes_are_off, is_same_name, may_gain_access, redacted

NOW = datetime(2026, 9, 14, 11, tzinfo=UTC)


@pytest.mark.rule("ACC-5.6")
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("head.office@a.sch.uk", "h****e@a.sch.uk"),
        ("abcd@x.org", "a****d@x.org"),
        ("abc@x.org", "a****@x.org"),
        ("ab@x.org", "****@x.org"),
        ("a@x.org", "****@x.org"),
        ('"odd@local"@x.org', '"****"@x.org'),
    ],
)
def test_an_address_is_shown_without_its_local_part(address: str, shown: str) -> None:
    assert redacted(address) == shown


@pytest.mark.rule("ACC-2.3")
@pytest.mark.parametrize(
    ("setting", "override", "has_dfe_sign_in", "may"),
    [
        ("without_dfe_sign_in", None, False, True),
        ("without_dfe_sign_in", None, True, False),
        ("without_dfe_sign_in", "on", True, True),
        ("without_dfe_sign_in", "off", False, False),
        ("all", None, True, True),
        ("all", "off", False, False),
    ],
)
def test_which_schools_may_gain_access_by_email(setting: str, override: str, has_dfe_sign_in: bool, may: bool) -> None:
    assert may_gain_access(setting, override, has_dfe_sign_in=has_dfe_sign_in) is may


@pytest.mark.rule("ACC-5.14")
def test_whole_names_are_compared_without_case_and_extra_spaces() -> None:
    assert is_same_name(" Dana  DREW", "dana drew")
    assert not is_same_name("Dana Drew", "D Drew")


@pytest.mark.rule("ACC-6.6")
@pytest.mark.parametrize(
    ("wrong", "ended_ago", "spread", "off"),
    [
        (WRONG_CODES, timedelta(0), timedelta(hours=1), True),
        (WRONG_CODES - 1, timedelta(0), timedelta(hours=1), False),
        (WRONG_CODES, CODES_OFF - timedelta(seconds=1), timedelta(hours=1), True),
        (WRONG_CODES, CODES_OFF, timedelta(hours=1), False),
        (WRONG_CODES, timedelta(0), CODES_OFF, False),
    ],
)
def test_twenty_wrong_codes_in_a_day_switch_codes_off_for_a_day(
    wrong: int, ended_ago: timedelta, spread: timedelta, off: bool
) -> None:
    newest = NOW - ended_ago
    times = [newest] * (wrong - 1) + [newest - spread]
    assert codes_are_off(times, NOW) is off
