# ruff: noqa: N815 - the field names are the wire's
"""The full wire contract of the Teaching Record System, every field, nothing more (EXT-2.9 to EXT-2.12).

Neither the adapter nor the stand-in reads or writes with these models: a misreading by one shows (EXT-6.3).
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - read when messages are decoded
from typing import Annotated, Literal
from uuid import UUID  # noqa: TC003 - read when messages are decoded

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Trn = Annotated[str, StringConstraints(pattern=r"^[0-9]{7}$")]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RouteType(Wire):
    routeToProfessionalStatusTypeId: UUID
    name: str
    professionalStatusType: Literal["QualifiedTeacherStatus", "EarlyYearsTeacherStatus"]


class Route(Wire):
    routeToProfessionalStatusType: RouteType


class Qualified(Wire):
    holdsFrom: date
    routes: list[Route]


class ExemptionReason(Wire):
    inductionExemptionReasonId: UUID
    name: str


class Induction(Wire):
    status: Literal["None", "RequiredToComplete", "Exempt", "InProgress", "Passed", "Failed", "FailedInWales"]
    startDate: date | None
    completedDate: date | None
    exemptionReasons: list[ExemptionReason]


class AlertCategory(Wire):
    alertCategoryId: UUID
    name: str


class AlertType(Wire):
    alertTypeId: UUID
    name: str
    alertCategory: AlertCategory


class Alert(Wire):
    alertId: UUID
    alertType: AlertType
    details: str | None
    startDate: date | None
    endDate: str | None


class Name(Wire):
    firstName: str
    middleName: str
    lastName: str


class Bare(Wire):
    """`GET` without `include`."""

    trn: Trn
    firstName: str
    middleName: str
    lastName: str
    dateOfBirth: date
    nationalInsuranceNumber: str | None
    emailAddress: str | None
    qts: Qualified | None
    eyts: Qualified | None
    qtlsStatus: Literal["None", "Expired", "Active"]


class WithSections(Bare):
    """`GET` with `include=Alerts,Induction`."""

    alerts: list[Alert]
    induction: Induction


class Result(Wire):
    trn: Trn
    dateOfBirth: date
    firstName: str
    middleName: str
    lastName: str
    previousNames: list[Name]
    qts: Qualified | None
    eyts: Qualified | None
    alerts: list[Alert]
    induction: Induction
    qtlsStatus: Literal["None", "Expired", "Active"]


class Results(Wire):
    total: int = Field(ge=0)
    results: list[Result]


class Pair(Wire):
    trn: Trn
    dateOfBirth: date


class Find(Wire):
    persons: list[Pair] = Field(max_length=500)


class Problem(Wire):
    title: str
    status: int
    detail: str | None = None
    errorCode: int | None = None
    errors: dict[str, list[str]] | None = None
