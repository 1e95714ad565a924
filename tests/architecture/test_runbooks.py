"""The runbooks are there, have their four parts, and name nothing that does not exist (QUA-7.1)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import yaml

from app import clock
from app.adapters.caller import Health
from app.cli import register
from app.console.measures import metrics_text
from app.db.engine import fetch
from app.jobs.job_runs import note_schedule
from app.jobs.schedule import JOBS
from app.meters import Answered
from app.web.policies import routes_with_policies
from tests.architecture.source import ROOT
from tests.architecture.test_routes import app_for
from tests.cli.test_program import commands
from tests.measured import read
from tests.notices.rows import insert

if TYPE_CHECKING:
    from app.meters import Meters

FOLDER = ROOT / "docs" / "runbooks"
RUNBOOKS = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md") if path.stem != "README"}


@pytest.mark.rule("QUA-7.1")
def test_the_runbooks_of_the_specification_are_there_with_sign_check_act_and_afterwards() -> None:
    rule = re.search(r"\*\*QUA-7\.1\*\*.+", (ROOT / "docs" / "spec" / "quality.md").read_text(encoding="utf-8"))
    assert rule
    listed = re.findall(r"`([a-z-]+)`", rule[0])
    assert sorted(RUNBOOKS) == sorted(listed)
    index = re.findall(r"\((.+?)\.md\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert sorted(index) == sorted(listed)
    for text in RUNBOOKS.values():
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Sign", "Check", "Act", "Afterwards"]


@pytest.mark.rule("QUA-7.1")
def test_every_command_and_page_that_they_name_exists() -> None:
    known = set(commands(register))
    named = [tuple(words.split()) for text in RUNBOOKS.values() for words in re.findall(r"`register ([^`]+)`", text)]
    assert named
    assert [words for words in named if not known & {words[0], " ".join(words[:2])}] == []
    paths = {path for path, _, _ in routes_with_policies(app_for())}
    shown = {page for text in RUNBOOKS.values() for page in re.findall(r"`(/[a-z/-]+)`", text)}
    assert shown - paths == set()


@pytest.mark.rule("OPS-6")
def test_every_alert_says_what_is_wrong_and_names_a_runbook() -> None:
    alerts = [rule for rule in rules() if "alert" in rule]
    assert len({rule["alert"] for rule in alerts}) == len(alerts) > 15
    for rule in alerts:
        assert set(rule["annotations"]) == {"summary", "runbook"}, rule["alert"]
        assert rule["annotations"]["runbook"] in RUNBOOKS, rule["alert"]


@pytest.mark.rule("OPS-6", "QUA-5.1")
@pytest.mark.parametrize(
    ("alert", "series", "allowed", "windows"),
    [
        ("RegistrationsFail", "register:registration_posts:failed", 0.001, ("5m", "30m", "1h", "6h")),
        ("PagesAreSlow", "register:pages:slow", 0.05, ("5m", "30m", "1h", "6h")),
        ("MailIsLate", "register:mail:late", 0.01, ("1h", "6h")),
    ],
)
def test_each_target_has_an_alert_on_a_fast_and_a_slow_burn(
    alert: str, series: str, allowed: float, windows: tuple[str, ...]
) -> None:
    recorded = {rule["record"]: rule["expr"] for rule in rules() if "record" in rule}
    assert {name.removeprefix(f"{series}_") for name in recorded if name.startswith(series)} == {*windows, "28d"}
    assert all(f"[{window}]" in recorded[f"{series}_{window}"] for window in windows if "mail" not in series)
    burns = {rule["alert"]: rule["expr"] for rule in rules() if "alert" in rule}
    assert burns[f"{alert}Fast"].startswith(f"{series}_1h > 14.4 * {allowed}")
    assert burns[f"{alert}Slowly"].startswith(f"{series}_6h > 6 * {allowed}")
    if "5m" in windows:
        assert burns[f"{alert}Fast"].endswith(f"and {series}_5m > 14.4 * {allowed}")
        assert burns[f"{alert}Slowly"].endswith(f"and {series}_30m > 6 * {allowed}")


@pytest.mark.rule("OPS-6", "QUA-5.1")
async def test_what_the_rules_ask_for_is_measured(database: None, meters: Meters) -> None:
    """Each series of an expression, with the labels it asks for, is one that a process tells."""
    await note_schedule(JOBS)
    await fetch("UPDATE job_run SET result = 0")
    await insert("message", **waiting(0))
    await insert("message", **waiting(1))
    paths = {path for path, _, _ in routes_with_policies(app_for())}
    for path in sorted(paths):
        meters.count(Answered("", "POST", path, 503), 0.1)
    health = {name: Health("closed") for name in ("trs", "dfe_sign_in", "notify")}
    told = read(await metrics_text(lambda: health))
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    for rule in rules():
        asked = SELECTED.findall(re.sub(r"by \(\w+\)|annotations", "", rule["expr"]))
        assert asked, rule
        for name, labels in asked:
            if name in recorded | {"up"}:
                continue
            wanted = MATCHED.findall(labels)
            assert any(one == name and fits(dict(has), wanted) for one, has in told), (name, labels)


SELECTED = re.compile(r"\b([a-z_]+(?::[a-z_0-9]+)+|[a-z]+(?:_[a-z]+)+|up|parked)\b(?!\()(?:\{([^}]*)\})?")
MATCHED = re.compile(r'(\w+)(=~|!=|=)"([^"]*)"')


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((ROOT / "ops" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def fits(has: dict[str, str], wanted: list[tuple[str, str, str]]) -> bool:
    tests = {"=": str.__eq__, "!=": str.__ne__, "=~": lambda value, pattern: bool(re.fullmatch(pattern, value))}
    return all(name in has and tests[sign](has[name], value) for name, sign, value in wanted)


def waiting(priority: int) -> dict[str, Any]:
    """Return a mail that has waited for half an hour."""
    made = clock.now() - timedelta(minutes=30)
    return {
        "id": uuid4(),
        "created_at": made,
        "updated_at": made,
        "message_id": "M-01",
        "priority": priority,
        "recipient": "somebody@example.org",
        "personalisation": "{}",
        "dedupe_key": str(priority),
        "not_before": made,
        "state": "pending",
        "attempts": 0,
        "earlier_failures": 0,
        "version": 1,
    }
