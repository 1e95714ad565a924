"""A set beside what is stored: which rows are new, which differ, and what both make together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from app.refdata.findings import WHOLE_FILE, WHOLE_ROW, Finding, Findings
from app.refdata.records import (
    APPROPRIATE_BODIES,
    CONTRACT_PERIODS,
    CONTRACTS,
    DELIVERY_PARTNERS,
    FORMATS,
    LEAD_PROVIDERS,
    MILESTONES,
    PAIRINGS,
    REGISTRATION_CLOSURES,
    SCHEDULES,
    SCHOOL_UPLIFTS,
    AppropriateBody,
    Contract,
    ContractPeriod,
    DeliveryPartner,
    LeadProvider,
    Milestone,
    Pairing,
    RegistrationClosure,
    Schedule,
    Uplift,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.refdata.records import Format, Key
    from app.refdata.sheets import Read

R = TypeVar("R")
Stored = dict[str, dict["Key", Any]]


@dataclass
class Sheet(Generic[R]):
    """The rows of one kind: stored ones, given ones, and the line each given one stands on."""

    form: Format
    findings: Findings
    stored: Mapping[Key, R]
    given: dict[Key, R] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)
    faulty: set[Key] = field(default_factory=set)
    is_unreadable: bool = False
    pruned: set[Key] = field(default_factory=set)
    """Stored rows that the load takes away, because the file leaves them out."""

    @property
    def rows(self) -> dict[Key, R]:
        """Return what will be stored after the load."""
        kept = {key: row for key, row in self.stored.items() if key not in self.pruned}
        return {**kept, **self.given}

    @property
    def added(self) -> dict[Key, R]:
        """Return the rows that are not stored yet."""
        return {key: row for key, row in self.given.items() if key not in self.stored}

    @property
    def changed(self) -> dict[Key, R]:
        """Return the rows that differ from the stored ones."""
        return {key: row for key, row in self.given.items() if key in self.stored and self.stored[key] != row}

    @property
    def left_out(self) -> list[Key]:
        """Return the stored rows that the file does not mention."""
        return [key for key in self.stored if key not in self.given and key not in self.faulty]

    def lacks(self, *key: object) -> bool:
        """Tell whether a reference leads nowhere; one to a row that is wrong itself is not blamed as well."""
        is_kept = key in self.stored and key not in self.pruned
        return not (self.is_unreadable or is_kept or key in self.given or key in self.faulty)

    def fault(self, key: Key, column: str, code: str, message: str) -> None:
        """List an error of a given row; a stored row was checked when it was loaded."""
        if key in self.given:
            self.findings.errors.append(self._finding(key, column, code, message))

    def keep(self, key: Key, message: str) -> None:
        """List that a stored row can't be taken away, though the file leaves it out (REF-4.3)."""
        shown = ", ".join(map(str, key))
        self.findings.errors.append(Finding(self.form.file, WHOLE_FILE, WHOLE_ROW, "IN_USE", message, shown))

    def no_rows(self, message: str) -> None:
        """List a warning that the file has a header alone."""
        self.findings.warnings.append(Finding(self.form.file, WHOLE_FILE, WHOLE_ROW, "NO_ROWS", message))

    def oddity(self, key: Key, column: str, code: str, message: str) -> None:
        """List a warning about a given row."""
        self.findings.warnings.append(self._finding(key, column, code, message))

    def _finding(self, key: Key, column: str, code: str, message: str) -> Finding:
        value = getattr(self.given[key], column)
        shown = "; ".join(value) if isinstance(value, tuple) else str(value if value is not None else "")
        return Finding(self.form.file, self.lines[key], column, code, message, shown)


@dataclass
class Dataset:
    """Every kind of row, typed."""

    contract_periods: Sheet[ContractPeriod]
    registration_closures: Sheet[RegistrationClosure]
    schedules: Sheet[Schedule]
    milestones: Sheet[Milestone]
    lead_providers: Sheet[LeadProvider]
    contracts: Sheet[Contract]
    delivery_partners: Sheet[DeliveryPartner]
    pairings: Sheet[Pairing]
    uplifts: Sheet[Uplift]
    appropriate_bodies: Sheet[AppropriateBody]

    @property
    def sheets(self) -> dict[str, Sheet[Any]]:
        """Return the sheets by the name of their file, in the order in which they can be written."""
        return {sheet.form.name: sheet for sheet in vars(self).values()}


def together(read: Mapping[str, list[Read] | None], stored: Stored, findings: Findings) -> Dataset:
    """Put the rows read beside the stored ones; None stands for a file that can't be read.

    A column missing from a file keeps what is stored.
    """
    sheets = {form.name: _sheet(form, read.get(form.name, []), stored.get(form.name, {}), findings) for form in FORMATS}
    return Dataset(
        sheets[CONTRACT_PERIODS.name],
        sheets[REGISTRATION_CLOSURES.name],
        sheets[SCHEDULES.name],
        sheets[MILESTONES.name],
        sheets[LEAD_PROVIDERS.name],
        sheets[CONTRACTS.name],
        sheets[DELIVERY_PARTNERS.name],
        sheets[PAIRINGS.name],
        sheets[SCHOOL_UPLIFTS.name],
        sheets[APPROPRIATE_BODIES.name],
    )


def _sheet(form: Format, read: list[Read] | None, stored: dict[Key, Any], findings: Findings) -> Sheet[Any]:
    sheet: Sheet[Any] = Sheet(form, findings, stored, is_unreadable=read is None)
    defaults = {column.name: column.default for column in form.columns}
    for row in read or []:
        key = tuple(row.cells[name] for name in form.key)
        if not row.is_whole:
            sheet.faulty.add(key)
            continue
        known = stored.get(key)
        sheet.given[key] = replace(known, **row.cells) if known else form.row(**(defaults | row.cells))
        sheet.lines[key] = row.line
    return sheet
