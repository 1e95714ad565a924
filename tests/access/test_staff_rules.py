"""Who may be staff, when a code is sent and what locks an account (access, section 7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.access.staff_rules import is_staff_address, locks, roles_held, sends_code
from app.settings import Settings, ValidationError


@pytest.mark.rule("ACC-7.1")
@pytest.mark.parametrize(
    ("email", "staff"),
    [
        ("ann@education.gov.uk", True),
        ("Ann@Digital.Education.GOV.UK", True),
        ("ann@staff.example", False),
        ("ann@noteducation.gov.uk", False),
        ("ann@education.gov.uk.example", False),
        ("ann@mail.education.gov.uk", False),
    ],
)
def test_the_domain_decides(email: str, staff: bool) -> None:
    assert (
        is_staff_address(
            email,
            Settings(
                environment="test", staff_email_domains="education.gov.uk, Digital.Education.gov.uk"
            ).staff_domains,
        )
        is staff
    )


@pytest.mark.rule("ACC-7.1")
def test_outside_production_there_is_one_domain_more_unless_said_otherwise() -> None:
    assert "staff.example" in Settings(environment="test").staff_domains
    assert Settings(environment="test", staff_email_domains="dfe.example").staff_domains == {"dfe.example"}


@pytest.mark.rule("ACC-2.4")
def test_without_a_domain_nothing_starts() -> None:
    with pytest.raises(ValidationError, match="STAFF_EMAIL_DOMAINS"):
        Settings(environment="test", staff_email_domains=" , ")


@pytest.mark.rule("ACC-7.3")
@pytest.mark.parametrize(
    ("seconds", "sends"),
    [
        ((), True),
        ((59,), False),
        ((60,), True),
        ((60, 120, 180, 240), True),
        ((60, 120, 180, 240, 300), False),
        ((60, 120, 180, 240, 899), False),
        ((60, 120, 180, 240, 900), True),
    ],
)
def test_codes_asked_for_at_once_are_one_and_five_go_out_in_a_quarter_of_an_hour(
    seconds: tuple[int, ...], sends: bool
) -> None:
    assert sends_code([timedelta(seconds=age) for age in seconds]) is sends


@pytest.mark.rule("ACC-7.4")
@pytest.mark.parametrize(("wrong", "locked"), [(9, False), (10, True), (11, True)])
def test_ten_wrong_codes_in_a_row_lock(wrong: int, locked: bool) -> None:
    assert locks(wrong) is locked


@pytest.mark.rule("ACC-8.3")
def test_roles_stand_in_their_order_with_viewer_always() -> None:
    assert roles_held(["manager", "support", "nonsense"]) == ["viewer", "support", "manager"]
    assert roles_held([]) == ["viewer"]
