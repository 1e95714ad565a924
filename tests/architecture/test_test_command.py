"""The one test command holds to its own rules (quality section 1)."""

from __future__ import annotations

import tomllib
from importlib.metadata import version

import pytest

from tests.__main__ import checks
from tests.architecture.source import ROOT

OPTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]


@pytest.mark.rule("QUA-1.4")
def test_warnings_are_errors_the_order_is_random_and_the_slowest_are_printed() -> None:
    assert OPTIONS["filterwarnings"] == ["error"]
    assert version("pytest-randomly")
    assert "--durations=20" in OPTIONS["addopts"]


@pytest.mark.rule("QUA-1.1")
def test_one_command_runs_every_kind_of_check() -> None:
    command = checks([])
    assert [name.partition(" ")[0] for name in command] == ["style", "types", "imports", "tests", "counts,"]
    assert not {"-k", "-m", "--ignore"} & set(command["tests (pytest)"][3:])
    assert OPTIONS["testpaths"] == ["tests"]
    for kind in ("web", "architecture", "browser", "faults", "bench"):
        assert list((ROOT / "tests" / kind).glob("test_*.py")), kind
