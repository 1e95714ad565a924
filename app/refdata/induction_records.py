"""Induction records as a file has them, and what must hold for each and for a person (REF-4.14)."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from app.refdata import kinds
from app.refdata.findings import Finding, did_you_mean
from app.refdata.records import Column, Format
from app.registration.induction_rules import MOST_TERMS
from app.terms import InductionOutcome
from app.values import Invalid, parse_trn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.refdata.findings import Findings
    from app.refdata.sheets import Read

    Key = tuple[int, date]

_TERMS = re.compile(r"[0-9]{1,2}(\.[0-9])?")


@dataclass(frozen=True)
class InductionRecord:
    """One period of induction; number_of_terms with one decimal place."""

    trn: str
    appropriate_body: str
    started_on: date
    finished_on: date | None
    outcome: str | None
    number_of_terms: Decimal | None


@dataclass(frozen=True)
class Given:
    """A row of the file: its line, whose it is by internal id, what it says, and what is stored of it."""

    line: int
    teacher_id: int
    record: InductionRecord
    stored: InductionRecord | None

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """Return what the row changes: field -> (old, new)."""
        names = [item.name for item in fields(self.record) if item.name not in {"trn", "started_on"}]
        pairs = {name: (getattr(self.stored, name, None), getattr(self.record, name)) for name in names}
        return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def trn(cell: str) -> str:
    """Return a TRN of seven digits; raises Fault."""
    try:
        return parse_trn({"trn": cell})
    except Invalid as fault:
        raise kinds.Fault("NOT_A_TRN", "a TRN has 7 digits") from fault


def terms(cell: str) -> Decimal:
    """Return a number of terms from 0 to 16 with at most one decimal place; raises Fault."""
    if not _TERMS.fullmatch(cell) or Decimal(cell) > MOST_TERMS:
        raise kinds.Fault("NOT_A_NUMBER", f"write a number from 0 to {MOST_TERMS} with at most one decimal place")
    return Decimal(cell)


COLUMNS = (
    Column("trn", trn, required=True),
    Column("appropriate_body", kinds.key, required=True),
    Column("started_on", kinds.day, required=True),
    Column("finished_on", kinds.day),
    Column("outcome", kinds.choice(outcome.value for outcome in InductionOutcome)),
    Column("number_of_terms", terms),
)


def format_of(file: str) -> Format:
    """Return the format of a file of that name."""
    return Format(file.removesuffix(".csv"), InductionRecord, COLUMNS, ("trn", "started_on"))


def given_rows(
    form: Format,
    read: Iterable[Read],
    people: Mapping[str, int],
    stored: Mapping[Key, InductionRecord],
    findings: Findings,
) -> list[Given]:
    """Return the whole rows of people who are known, each beside what is stored; others are a warning.

    people: internal id by TRN, the same for the TRNs of records that were merged. A column missing from the file keeps
    what is stored.
    """
    defaults = {column.name: column.default for column in form.columns}
    rows: dict[Key, Given] = {}
    for row in read:
        if not row.is_whole:
            continue
        number = row.cells["trn"]
        if number not in people:
            message = "nobody with this TRN is known; the row is skipped"
            findings.warnings.append(Finding(form.file, row.line, "trn", "UNKNOWN_REFERENCE", message, number))
            continue
        key = people[number], row.cells["started_on"]
        if earlier := rows.get(key):
            message = f"line {earlier.line} has the same started_on for the same person, whose records were merged"
            findings.errors.append(Finding(form.file, row.line, "trn", "KEY_REPEATED", message, number))
            continue
        known = stored.get(key)
        record = replace(known, **row.cells) if known else form.row(**(defaults | row.cells))
        rows[key] = Given(row.line, people[number], record, known)
    return list(rows.values())


@dataclass(frozen=True)
class Check:
    """Lists what is wrong in the rows of one file; today is a London day."""

    file: str
    findings: Findings
    today: date

    def rows(self, given: Iterable[Given], bodies: Iterable[str]) -> None:
        """List what is wrong with each row by itself."""
        known = set(bodies)
        for row in given:
            if row.record.appropriate_body not in known:
                hint = did_you_mean(row.record.appropriate_body, known)
                self._fault(row, "appropriate_body", "UNKNOWN_REFERENCE", f"no appropriate body has this key{hint}")
            self._check_days(row)
            if row.record.outcome and not row.record.finished_on:
                self._fault(row, "outcome", "OUTCOME_WITHOUT_END", "an outcome needs the day on which the period ended")
            if row.stored and row.stored.outcome and row.stored.outcome != row.record.outcome:
                message = f"the stored outcome is {row.stored.outcome}: a file can't take it back, support can"
                self._fault(row, "outcome", "OUTCOME_STORED", message)

    def people(self, given: Iterable[Given], stored: Mapping[Key, InductionRecord]) -> None:
        """List overlapping periods and second outcomes of a person, whether they stand in the file or are stored."""
        by_key = {(row.teacher_id, row.record.started_on): row for row in given}
        together = sorted(
            {**stored, **{key: row.record for key, row in by_key.items()}}.items(), key=lambda item: item[0]
        )
        for teacher_id, periods in groupby(together, key=lambda item: item[0][0]):
            records = [record for _, record in periods]
            for earlier, later in pairwise(records):
                if earlier.finished_on is None or earlier.finished_on >= later.started_on:
                    self._blame(by_key, teacher_id, (later, earlier), "started_on", "PERIOD_OVERLAP", "it overlaps")
            outcomes = [record for record in records if record.outcome]
            for earlier, later in pairwise(outcomes):
                message = "a person has one outcome, and there is one in"
                self._blame(by_key, teacher_id, (later, earlier), "outcome", "OUTCOME_REPEATED", message)

    def _check_days(self, row: Given) -> None:
        record = row.record
        for column in ("started_on", "finished_on"):
            day = getattr(record, column)
            if day and day > self.today:
                self._fault(row, column, "IN_FUTURE", "the day must not lie in the future")
        if record.finished_on and record.finished_on < record.started_on:
            self._fault(row, "finished_on", "DATES_REVERSED", f"the period must not end before {record.started_on}")

    def _blame(  # noqa: PLR0917 - what a finding is made of
        self,
        by_key: Mapping[Key, Given],
        teacher_id: int,
        pair: tuple[InductionRecord, InductionRecord],
        column: str,
        code: str,
        message: str,
    ) -> None:
        """List a fault between two periods once, against the first of them that stands in the file."""
        rows = [by_key.get((teacher_id, record.started_on)) for record in pair]
        blamed = rows[0] or rows[1]
        other = pair[1] if rows[0] else pair[0]
        if blamed is None:
            return
        line = rows[1].line if rows[0] and rows[1] else None
        where = f"line {line}" if line else f"the stored period that began on {other.started_on}"
        self._fault(blamed, column, code, f"{message} {where}")

    def _fault(self, row: Given, column: str, code: str, message: str) -> None:
        value = getattr(row.record, column)
        self.findings.errors.append(Finding(self.file, row.line, column, code, message, str(value or "")))
