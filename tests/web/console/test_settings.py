"""The page of settings (ADM-10.1, ADM-10.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.access.change_setting import ChangeSetting, change_setting
from app.db.engine import fetch
from app.db.service_settings import policy_in_force
from app.policy import MEANINGS, RANGES, Policy, words_of
from app.terms import Actor, ActorKind, Refused
from app.values import Invalid
from app.web.console.setting_values import KINDS, stored_of
from tests.web.console.test_fixes import WHY
from tests.web.console.test_reference_data import dee, refused  # noqa: F401 - a fixture
from tests.web.console.test_staff import submitted

OPERATOR = Actor(ActorKind.OPERATOR, "An operator")


@pytest.mark.rule("ADM-10.1", "ADM-10.2", "ADM-1.2")
async def test_a_setting_is_changed_within_its_range_and_in_force_at_once(dee: Any) -> None:
    await dee.get("/admin/settings")
    assert "a school may challenge a partnership (challenge_days)" in dee.text()
    wrong = await refused(dee, "/admin/settings/schedule-months", value="september: 6")
    assert "Schedule months must give each month one schedule" in wrong
    assert list(MEANINGS) == list(KINDS)
    assert "Enter a number from 10 to 100" in await refused(dee, "/admin/settings/page-size", value="101")
    await submitted(dee, "/admin/settings/page-size", value="50")
    assert (await policy_in_force()).page_size == 50
    await submitted(dee, "/admin/settings/deferral-reasons-hidden", value=["bereavement"])
    await submitted(dee, "/admin/settings/page-size", value="20")
    assert [row["key"] for row in await fetch("SELECT key FROM service_setting")] == ["deferral_reasons_hidden"]
    rows = await fetch("SELECT changes, metadata FROM event WHERE kind = 'setting_changed' ORDER BY id")
    assert json.loads(rows[0]["changes"]) == {"page_size": {"old": "20, the default", "new": 50}}
    kept = json.loads(rows[0]["metadata"])
    assert kept == {"key": "page_size", "ticket": "", "form": kept["form"], **WHY}
    assert len(rows) == 3
    await dee.get("/admin/settings?done=changed-setting-page-size")
    assert "Change the setting “page size”: saved." in dee.text()


@pytest.mark.rule("ADM-10.1")
@pytest.mark.parametrize("key", KINDS)
def test_what_is_shown_can_be_typed_and_means_the_same(key: str) -> None:
    default = getattr(Policy(), key)
    assert getattr(Policy.from_rows({key: stored_of(key, words_of(default))}), key) == default


@pytest.mark.rule("ADM-10.1")
async def test_nothing_outside_the_range_of_any_setting_is_stored(database: None) -> None:
    for key, (_, most) in RANGES.items():
        with pytest.raises(Refused, match="Enter a number from"):
            await change_setting(ChangeSetting(key, most + 1), OPERATOR)
    for key, typed in {
        "page_size": "ten",
        "support_email": "nobody",
        "mentor_training_text": " ",
        "academic_year_start": "13-01",
        "reminder_terms": "06-01",
        "admitted_unfunded_types": "12",
        "schedule_months": "september 6",
        "guidance_links": "Guide: javascript:alert(1)",
        "unfunded_may_use_provider_led": "maybe",
        "deferral_reasons_hidden": "laziness",
    }.items():
        with pytest.raises(Invalid):
            stored_of(key, typed)
    for key, value in (("guidance_links", {"x" * 201: "https://a.example"}), ("shared_mailbox_words", ["word"] * 51)):
        with pytest.raises(Refused, match="At most"):
            await change_setting(ChangeSetting(key, value), OPERATOR)
    with pytest.raises(Refused, match="month"):
        await change_setting(ChangeSetting("schedule_months", {"september": [6]}), OPERATOR)
    assert await fetch("SELECT key FROM service_setting") == []
