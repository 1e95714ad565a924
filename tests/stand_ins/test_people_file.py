"""The people file: what it may say, and every mistake told with its place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app.stand_ins.files import Mistakes, Unreadable, read_file
from app.stand_ins.people import DEFAULT_KEY, read_people

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 3, 10)
ALED: dict[str, object] = {
    "trn": "9900011",
    "first_name": "Aled",
    "last_name": "Prosser",
    "date_of_birth": "1998-02-14",
}
SAMPLE = """
format: 1
people:
  - trn: "9900011"
    first_name: Aled
    middle_name: ""
    last_name: Prosser
    date_of_birth: 1998-02-14
    national_insurance_number: JX000011A
    employment_national_insurance_numbers: []
    email_address: null
    previous_names: [{first_name: Aled, middle_name: "", last_name: Pugh}]
    qts: 2025-07-15
    eyts: {holds_from: 2020-01-01, routes: [Early years]}
    qtls_status: None
    induction: {status: RequiredToComplete, start_date: null, completed_date: null, exemption_reasons: []}
    alerts:
      - {category: prohibition, type: "Interim prohibition", details: null, start_date: today-30, end_date: null}
      - {category: 790410C1-B884-4CDD-8DB9-64A042AB54AE, end_date: today+2}
      - {category: council_decision, end_date: "raw:31/12/2030"}
    state: active
    merged_into: null
    faults: [{answer: rate_limited, retry_after: 60}]
  - {trn: "9900012", state: merged, merged_into: "9900011"}
  - {trn: "9900013", state: deactivated}
faults: []
"""


def mistakes(*people: object, **rest: object) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        read_people({"format": 1, "people": list(people), **rest}, TODAY)
    return raised.value.lines


@pytest.mark.rule("EXT-6.4")
@pytest.mark.rule("EXT-6.8")
@pytest.mark.rule("EXT-6.9")
def test_a_file_with_everything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(SAMPLE, encoding="utf-8")
    read = read_people(read_file(path), TODAY)
    aled, merged, gone = read.people
    assert aled.qts is not None
    assert (aled.date_of_birth, aled.qts.holds_from) == (date(1998, 2, 14), date(2025, 7, 15))
    assert [alert.end_date for alert in aled.alerts] == [None, "2026-03-12", "31/12/2030"]
    assert aled.alerts[0].start_date == date(2026, 2, 8)
    assert aled.alerts[1].category == UUID("790410c1-b884-4cdd-8db9-64a042ab54ae")
    assert (merged.merged_into, gone.state, read.keys[0].key) == ("9900011", "deactivated", DEFAULT_KEY)


@pytest.mark.rule("EXT-6.9")
def test_an_empty_file_is_whole() -> None:
    assert read_people({"format": 1, "people": []}, TODAY).people == []


@pytest.mark.rule("EXT-6.4")
@pytest.mark.parametrize(
    ("person", "mistake"),
    [
        ({**ALED, "trn": 9900011}, "people[0].trn: a number; write it as text in quotes"),
        ({**ALED, "trn": "990001"}, "people[0].trn: not seven digits"),
        ({"first_name": "A"} | {k: v for k, v in ALED.items() if k != "trn"}, "people[0].trn: required"),
        ({**ALED, "first_name": None}, "people[0].first_name: not text"),
        ({k: v for k, v in ALED.items() if k != "last_name"}, "people[0].last_name: required"),
        ({**ALED, "date_of_birth": "14/02/1998"}, "people[0].date_of_birth: not a date"),
        ({**ALED, "date_of_birth": "1998-02-30"}, "people[0].date_of_birth: not a date"),
        (
            {**ALED, "alerts": [{"category": "prohibition", "end_date": "soon"}]},
            "people[0].alerts[0].end_date: not a date",
        ),
        ({**ALED, "alerts": [{"category": "theft"}]}, "people[0].alerts[0].category: not a category or its id"),
        ({**ALED, "alerts": [{}]}, "people[0].alerts[0].category: required"),
        ({**ALED, "nickname": "Al"}, "people[0].nickname: unknown key"),
        ({**ALED, "qts": {"since": "2025-01-01", "holds_from": "2025-01-01"}}, "people[0].qts.since: unknown key"),
        ({**ALED, "merged_into": "9900011"}, "people[0].merged_into: only for a merged record"),
        ({"trn": "9900012", "state": "merged"}, "people[0].merged_into: required"),
        (
            {"trn": "9900012", "state": "merged", "merged_into": "9900099"},
            "people[0].merged_into: no such person in this file",
        ),
        ({"trn": "9900012", "state": "merged", "merged_into": "9900012"}, "people[0].merged_into: a loop"),
        ({**ALED, "faults": [{"delay_ms": 120_001}]}, "people[0].faults[0].delay_ms: Input should be less than"),
        ({**ALED, "faults": [{"answer": "daily_limit"}]}, "people[0].faults[0].answer: not one of rate_limited"),
        ({**ALED, "faults": [{"answer": "null_section"}]}, "people[0].faults[0]: null_section needs a section"),
        ("Aled", "people[0]: not a set of keys and values"),
    ],
)
def test_a_mistake_is_told_with_its_place(person: object, mistake: str) -> None:
    (line,) = mistakes(person)
    assert line.startswith(mistake)


@pytest.mark.rule("EXT-6.4")
def test_every_mistake_is_listed_at_once() -> None:
    induction = {"status": "Paused"}
    lines = mistakes(
        ALED, {**ALED, "induction": induction, "eyts": "x"}, {"trn": []}, keys="none", quota={"requests": 0}
    )
    places = [line.partition(":")[0] for line in lines]
    assert places == [
        *("keys", "quota.requests", "quota.seconds", "people[1].eyts.holds_from", "people[1].induction.status"),
        *(
            "people[2].trn",
            "people[1].trn",
            *(f"people[2].{name}" for name in ("first_name", "last_name", "date_of_birth")),
        ),
    ]


@pytest.mark.rule("EXT-6.4")
@pytest.mark.parametrize("content", [None, [], "people", {"people": []}, {"format": 2, "people": []}, {"format": 1}])
def test_what_is_no_people_file_is_refused(content: object) -> None:
    with pytest.raises(Mistakes):
        read_people(content, TODAY)


@pytest.mark.rule("EXT-6.9")
def test_a_loop_of_merges_is_found_and_a_chain_is_not_one() -> None:
    def merged(trn: str, into: str) -> dict[str, object]:
        return {"trn": trn, "state": "merged", "merged_into": into}

    lines = mistakes(merged("9900021", "9900022"), merged("9900022", "9900021"))
    assert lines == ["people[0].merged_into: a loop", "people[1].merged_into: a loop"]
    chain = [ALED, merged("9900022", "9900011"), merged("9900021", "9900022")]
    assert len(read_people({"format": 1, "people": chain}, TODAY).people) == 3


@pytest.mark.rule("EXT-6.4")
@pytest.mark.parametrize(
    ("name", "content"),
    [("a.yaml", b"people: [unclosed"), ("a.json", b"{,"), ("a.yml", b"\xff\xfe"), ("a.yaml", b"day: 2025-02-30")],
)
def test_an_unreadable_file_is_said_to_be_so_without_its_content(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Unreadable) as raised:
        read_file(path)
    assert "unclosed" not in str(raised.value)
    with pytest.raises(Unreadable):
        read_file(tmp_path / "absent.yaml")
