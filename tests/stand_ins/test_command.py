"""`register stand-in trs`, run as people run it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = """
from app.stand_ins.command import make_command
make_command(lambda day: {"format": 1, "people": [
    {"trn": "9900011", "first_name": "A", "last_name": "B", "date_of_birth": day.isoformat()}]},
    lambda day: {"format": 1, "users": []}, lambda day: {"establishments": f"URN\\n{day:%Y}01\\n"})()
"""


def start(*arguments: str, environment: str = "test", which: str = "trs") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, which, *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env={"ENVIRONMENT": environment}, stdout=pipe, stderr=pipe, text=True)


def finish(*arguments: str, environment: str = "test") -> tuple[int, str, str]:
    process = start(*arguments, environment=environment)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.terminate()
        process.communicate(timeout=30)


@pytest.mark.rule("EXT-6.1")
@pytest.mark.rule("EXT-6.2")
def test_it_prints_one_line_when_it_listens_and_nothing_afterwards(started: list[subprocess.Popen[str]]) -> None:
    process = start("--port", "0", "--as-of", "2026-03-10")
    started.append(process)
    assert process.stdout is not None
    line = json.loads(process.stdout.readline())
    assert line == {"stand_in": "trs", "url": line["url"], "records": 1}
    assert line["url"].startswith("http://127.0.0.1:")
    headers = {"Authorization": "Bearer stand-in-trs-key", "X-Api-Version": "20260120"}
    with httpx.Client(base_url=line["url"], headers=headers, trust_env=False) as client:
        assert client.get("/v3/persons/9900011").json()["dateOfBirth"] == "2026-03-10"
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert (out, err) == ("", "")


@pytest.mark.rule("EXT-6.1")
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31"])
def test_a_year_that_cannot_be_reckoned_with_is_wrong_use(day: str) -> None:
    code, out, err = finish("--port", "0", "--as-of", day)
    assert (code, out) == (2, "")
    assert "the year must be one of 2000 to 2099" in err


@pytest.mark.rule("EXT-6.1")
def test_it_refuses_production() -> None:
    code, out, err = finish("--port", "0", environment="production")
    assert (code, out) == (3, "")
    assert "production" in err


@pytest.mark.rule("EXT-6.4")
def test_mistakes_in_a_file_are_listed_and_end_it(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    path.write_text('format: 1\npeople: [{trn: 9900011}, {trn: "99"}]', encoding="utf-8")
    code, out, err = finish("--file", str(path))
    assert (code, out) == (1, "")
    assert "people[0].trn: a number; write it as text in quotes" in err
    assert "people[1].trn: not seven digits" in err


@pytest.mark.rule("EXT-6.1")
def test_a_file_that_is_not_there_and_a_port_that_is_taken_are_wrong_use(
    tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    assert finish("--file", str(tmp_path / "absent.yaml"))[0] == 2
    process = start("--port", "0")
    started.append(process)
    assert process.stdout is not None
    port = json.loads(process.stdout.readline())["url"].rpartition(":")[2]
    code, _, err = finish("--port", port)
    assert code == 2
    assert port in err


@pytest.mark.rule("EXT-6.1")
@pytest.mark.rule("EXT-6.11")
def test_the_school_register_is_served_under_the_days_up_to_its_own(started: list[subprocess.Popen[str]]) -> None:
    process = start("--port", "0", "--as-of", "2026-03-10", which="gias")
    started.append(process)
    assert process.stdout is not None
    line = json.loads(process.stdout.readline())
    assert (line["stand_in"], line["records"]) == ("gias", 1)
    folder = "/edubase/downloads/public"
    with httpx.Client(base_url=line["url"], trust_env=False) as client:
        answers = [client.get(f"{folder}/edubasealldata202603{day:02}.csv").status_code for day in (7, 8, 10, 11)]
        assert answers == [404, 200, 200, 404]
        assert "GetExtract" in client.get("/edubase/service?wsdl").text


@pytest.mark.rule("EXT-6.11")
def test_a_folder_without_the_two_files_is_wrong_use(tmp_path: Path) -> None:
    process = start("--file", str(tmp_path), which="gias")
    _, err = process.communicate(timeout=30)
    assert (process.returncode, "establishments.csv" in err) == (2, True)
