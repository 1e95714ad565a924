"""No log line of any level tells who was asked about, whatever happens on the way."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from app.adapters.breaker import CircuitBreaker
from app.adapters.http import CHATTY_LOGGERS, Limits
from app.adapters.trs import TRSClient
from app.stand_ins.people import ANSWERS
from app.teachers.trs import InductionChange
from app.terms import TRN, TRSInductionStatus
from app.values import DateOfBirth, NationalInsuranceNumber
from tests.adapters.conftest import KEY
from tests.adapters.people import ACTIVE, DEACTIVATED, FACTS, MERGED, NUMBER, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.adapters.conftest import Outside

HURRIED = Limits(connect=0.2, attempt=0.2, step=0.5, attempts=2, retry_wait=0, retry_needs=0)
FIELDS = {
    "system",
    "operation",
    "outcome",
    "cause",
    "http_status",
    "attempt",
    "milliseconds",
    "alarm",
    "request_id",
    "fields",
}
PLAIN = set(vars(logging.makeLogRecord({}))) | {"asctime", "message", "taskName"}


class Recorder(logging.Handler):
    """Keeps every record with all that is in it."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def everything(self) -> str:
        """Return all text of all records, arguments and extra fields and tracebacks included."""
        formatter = logging.Formatter()
        return "\n".join(f"{formatter.format(record)} {vars(record)!r}" for record in self.records)

    def calls(self) -> list[logging.LogRecord]:
        """Return the lines about calls."""
        return [record for record in self.records if record.name == "register.outside"]


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    root = logging.getLogger()
    before, handler = root.level, Recorder()
    root.setLevel(logging.DEBUG)
    for name in CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)  # the client under test has to silence them itself
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)
    for name in CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


CHANGE = InductionChange(TRSInductionStatus.REQUIRED_TO_COMPLETE, None, None, datetime(2026, 3, 10, 12, tzinfo=UTC))


async def every_operation(client: TRSClient) -> None:
    for trn in (ACTIVE, UNKNOWN, MERGED, DEACTIVATED):
        await client.match_by_date_of_birth(TRN(trn), DateOfBirth(date(1998, 2, 14)))
        await client.match_by_national_insurance_number(TRN(trn), NationalInsuranceNumber(NUMBER))
        await client.match_by_national_insurance_number(TRN(trn), NationalInsuranceNumber("CE123456B"))
        await client.read(TRN(trn))
        await client.set_induction(TRN(trn), CHANGE)


def every_fault() -> list[dict[str, object]]:
    sections = [{"answer": kind, "section": "alerts"} for kind in ANSWERS if kind.endswith("section")]
    return [{}, {"delay_ms": 5000}, *sections, *({"answer": kind} for kind in ANSWERS if "section" not in kind)]


@pytest.mark.rule("FLT-31")
@pytest.mark.rule("EXT-1.11")
@pytest.mark.rule("EXT-1.9")
@pytest.mark.rule("EXT-1.10")
@pytest.mark.rule("IDN-03")
@pytest.mark.parametrize("fault", every_fault(), ids=lambda fault: " ".join(map(str, fault.values())) or "no fault")
@pytest.mark.rule("TRP-10")
async def test_logs_of_every_fault_name_nobody(outside: Outside, recorder: Recorder, fault: dict[str, object]) -> None:
    await outside.fail(fault)
    recorder.records.clear()
    client = TRSClient(outside.url, KEY, breaker=CircuitBreaker(), limits=HURRIED)
    await every_operation(client)
    await client.close()
    logged = recorder.everything()
    assert len(recorder.calls()) >= 12
    assert [fact for fact in FACTS if fact in logged] == []


@pytest.mark.rule("EXT-1.10")
async def test_nobody_listening_is_logged_without_the_address(outside: Outside, recorder: Recorder) -> None:
    client = TRSClient("http://127.0.0.1:1", KEY, limits=HURRIED)
    await every_operation(client)
    await client.close()
    logged = recorder.everything()
    assert [fact for fact in (*FACTS, "/v3/persons") if fact in logged] == []
    assert {record.cause for record in recorder.calls()} == {"connect"}  # type: ignore[attr-defined]


@pytest.mark.rule("EXT-1.9")
async def test_a_call_leaves_one_line_with_these_fields_and_no_others(
    trs: TRSClient, outside: Outside, recorder: Recorder
) -> None:
    await outside.fail({"answer": "unavailable", "times": 1})
    await trs.read(TRN(ACTIVE))
    failed, found = recorder.calls()
    assert set(vars(failed)) - PLAIN == FIELDS
    assert (failed.outcome, failed.cause, failed.http_status, failed.attempt) == ("Unavailable", "server_error", 503, 1)  # type: ignore[attr-defined]
    assert (found.operation, found.outcome, found.cause, found.attempt) == ("get_person", "Found", None, 2)  # type: ignore[attr-defined]


@pytest.mark.rule("FLT-31")
@pytest.mark.rule("EXT-2.12")
@pytest.mark.rule("EXT-2.17")
@pytest.mark.parametrize(
    ("answer", "alarmed"),
    [
        ("unauthorised", True),
        ("wrong_route", True),
        ("html_200", True),
        ("server_error", False),
        ("rate_limited", False),
    ],
)
async def test_what_somebody_has_to_mend_raises_an_alarm(
    trs: TRSClient, outside: Outside, recorder: Recorder, answer: str, alarmed: bool
) -> None:
    await outside.fail({"answer": answer})
    await trs.read(TRN(ACTIVE))
    (line,) = recorder.calls()
    assert line.alarm is alarmed  # type: ignore[attr-defined]
    assert (line.levelno == logging.ERROR) is alarmed
