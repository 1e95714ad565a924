"""The worked example of docs/how-to-add-a-question.md is true: few lines, few files, and it works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "how-to-add-a-question.md"
MOST_FILES, MOST_LINES = 3, 12


def example() -> str:
    """Return the change that the document shows."""
    found = re.search(r"```diff\n(.*?)```", EXAMPLE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)


def test_it_costs_few_files_and_lines() -> None:
    change = example().splitlines()
    added = [line for line in change if re.match(r"\+(?!\+\+)\s*\S", line)]
    assert len([line for line in change if line.startswith("+++ ")]) <= MOST_FILES
    assert len(added) <= MOST_LINES


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Give a copy of the code with the change applied."""
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "journeys", tmp_path / "walks")
    subprocess.run(
        ["git", "apply", "-p0", "--unidiff-zero", "-"], input=example(), text=True, cwd=tmp_path, check=True, timeout=30
    )
    return tmp_path


WALK = """
from walks.facts import ANSWERS, facts
from app.journeys.engine import walk
from app.web.schools.register_ect.journey import register_ect, rows

asked = walk(register_ect, ANSWERS, facts())
assert asked.next_slug == "several-sites", asked.next_slug
answered = walk(register_ect, ANSWERS | {"several-sites": {"several_sites": "yes"}}, facts())
assert answered.complete, answered.next_slug
assert answered.command.several_sites is True
assert ("several-sites", "Yes") in [(row.key, row.value) for row in rows(answered, facts())]
print("walked")
"""


def test_the_new_question_is_asked_shown_and_reaches_the_command(changed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALK], cwd=changed, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "walked", done.stderr[-2000:]
