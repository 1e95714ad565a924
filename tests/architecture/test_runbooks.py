"""The runbooks are there, have their four parts, and name nothing that does not exist (QUA-7.1)."""

from __future__ import annotations

import re

import pytest
import yaml

from app.cli import register
from app.web.policies import routes_with_policies
from tests.architecture.source import ROOT
from tests.architecture.test_routes import app_for
from tests.cli.test_program import commands

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
def test_every_alert_names_a_runbook_and_asks_for_what_is_measured() -> None:
    (group,) = yaml.safe_load((ROOT / "ops" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    code = "".join((ROOT / "app" / name).read_text(encoding="utf-8") for name in ("meters.py", "web/health.py"))
    for rule in group["rules"]:
        assert rule["annotations"]["runbook"] in RUNBOOKS, rule["alert"]
        asked = set(re.findall(r"\b([a-z]+(?:_[a-z]+)+|up)\b(?=[{ ])", rule["expr"]))
        assert asked, rule["alert"]
        assert [name for name in asked - {"up"} if name not in code] == []
