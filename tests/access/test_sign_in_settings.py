"""Which methods are on, and what keeps the process from starting with DfE Sign-in (ACC-2.2, ACC-2.4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from app.access.rules import may_write_unchecked, role_is_due
from app.access.sign_in import offered
from app.settings import Settings
from tests.cli.conftest import NOTIFY
from tests.factories import noon

GIVEN = {
    "dfe_sign_in_issuer": "https://oidc.example:443",
    "dfe_sign_in_client_id": "register",
    "dfe_sign_in_secret": "a-secret",
    "dfe_sign_in_api_url": "https://api.example",
    "dfe_sign_in_api_secret": "another",
}
LIVE = {
    "environment": "production",
    "database_url": "postgresql://unused",
    "base_url": "https://register.example",
    "secret_key": "k" * 32,
    "allowed_hosts": "register.example",
    "trs_base_url": "https://trs.example",
    "trs_api_key": "x",
    "gias_source": "files",
    **{name.lower(): value for name, value in NOTIFY.items()},
    **GIVEN,
}
NOON = noon(date(2025, 11, 10))


def faults_of(**given: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Settings(**given)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.rule("ACC-2.2")
def test_dfe_sign_in_is_on_where_its_settings_are_given():
    assert "dfe_sign_in" not in Settings().methods
    assert "dfe_sign_in" in Settings(**GIVEN).methods
    assert "dfe_sign_in" not in Settings(**{**GIVEN, "dfe_sign_in_secret": ""}).methods
    assert "dfe_sign_in" not in Settings(**GIVEN, sign_in_methods="personas").methods
    assert {"dfe_sign_in", "staff_code"} == Settings(**LIVE).methods


@pytest.mark.rule("ACC-2.4", "EXT-1.13")
def test_everything_missing_is_listed_at_once():
    faults = faults_of(sign_in_methods="dfe_sign_in,telepathy")
    assert "SIGN_IN_METHODS: unknown method telepathy" in faults
    for name in ("ISSUER", "CLIENT_ID", "SECRET", "API_URL", "API_SECRET"):
        assert f"DFE_SIGN_IN_{name} is required while dfe_sign_in is on" in faults


@pytest.mark.rule("ACC-2.4", "ACC-8.2")
def test_in_production_schools_and_staff_need_a_method_and_personas_never_count():
    faults = faults_of(**LIVE, sign_in_methods="personas")
    assert "no sign-in method for schools is on" in faults
    assert "no sign-in method for staff is on" in faults
    assert "personas must not be listed in production" in faults


@pytest.mark.rule("ACC-2.4")
def test_elsewhere_too_somebody_has_to_have_a_way_in():
    assert Settings(sign_in_methods="personas").methods == {"personas"}
    assert "no sign-in method for staff is on" in faults_of(sign_in_methods="email_link")
    assert "no sign-in method for schools is on" in faults_of(sign_in_methods="staff_code")
    assert "STAFF_EMAIL_DOMAINS names no domain" in faults_of(staff_email_domains=" , ")


@pytest.mark.rule("ACC-1.3")
def test_there_is_no_area_for_appropriate_bodies_to_be_switched_on():
    assert Settings(appropriate_body_area="off").appropriate_body_area == "off"
    assert "APPROPRIATE_BODY_AREA=on is refused" in faults_of(appropriate_body_area="on")


@pytest.mark.rule("ACC-2.4")
@pytest.mark.parametrize("methods", ["dfe_sign_in,staff_code", "email_link,staff_code", "email_link,staff_dfe"])
def test_in_production_codes_and_links_need_a_sender_of_mail(methods):
    without = {name: value for name, value in LIVE.items() if name != "notify_api_key"}
    assert "NOTIFY_API_KEY is required in production" in faults_of(**without, sign_in_methods=methods)


@pytest.mark.rule("ACC-2.4", "ACC-7.6")
def test_staff_at_dfe_sign_in_need_its_settings_alone_too():
    faults = faults_of(sign_in_methods="email_link,staff_dfe")
    assert "DFE_SIGN_IN_CLIENT_ID is required while staff_dfe is on" in faults
    settings = Settings(**GIVEN, sign_in_methods="email_link,staff_dfe")
    assert settings.issuer_origin == "https://oidc.example:443"


@pytest.mark.rule("EXT-1.4", "EXT-3.1")
def test_addresses_in_production_are_encrypted_and_have_live_defaults():
    live = {name: value for name, value in LIVE.items() if name not in {"dfe_sign_in_issuer", "dfe_sign_in_api_url"}}
    settings = Settings(**live)
    assert settings.issuer == "https://oidc.signin.education.gov.uk:443"
    assert settings.directory_url == "https://api.signin.education.gov.uk"
    assert settings.callback_url == "https://register.example/sign-in/dfe/callback"
    assert settings.signed_out_url == "https://register.example/signed-out"
    faults = faults_of(**{**LIVE, "dfe_sign_in_issuer": "http://oidc.example"})
    assert "DFE_SIGN_IN_ISSUER must begin with https://" in faults


@pytest.mark.rule("EXT-3.11")
@pytest.mark.parametrize("sign", "+%/= ")
def test_a_secret_that_basic_cannot_carry_is_said_at_the_start(sign):
    given = {**GIVEN, "dfe_sign_in_secret": f"a{sign}b"}
    assert Settings(**given).dfe_sign_in_client_auth == "client_secret_post"
    assert "client_secret_basic cannot carry" in faults_of(**given, dfe_sign_in_client_auth="client_secret_basic")


@pytest.mark.rule("ACC-2.5", "ACC-2.6")
def test_what_is_on_and_not_paused_is_offered():
    assert [one.id for one in offered("school", {"dfe_sign_in"})] == ["dfe_sign_in"]
    assert offered("school", set()) == ()
    assert offered("school", {"dfe_sign_in"}, {"dfe_sign_in"}) == ()


@pytest.mark.rule("ACC-4.12")
@pytest.mark.parametrize(
    ("checked", "tried", "due"),
    [(900, None, False), (901, None, True), (901, 59, False), (901, 60, True), (-3600, None, False), (901, -5, True)],
)
def test_when_a_role_is_asked_about_again(checked, tried, due):
    before = NOON - timedelta(seconds=checked)
    assert role_is_due(before, None if tried is None else NOON - timedelta(seconds=tried), NOON) is due


@pytest.mark.rule("ACC-4.12")
def test_changes_stop_an_hour_after_the_last_good_answer():
    assert may_write_unchecked(NOON - timedelta(seconds=3599), NOON)
    assert not may_write_unchecked(NOON - timedelta(seconds=3600), NOON)
