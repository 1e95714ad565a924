"""The nightly run of the school register (EXT-4.4)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.clock import LONDON
from app.refdata.download import download_schools
from app.refdata.findings import AnotherRun
from app.refdata.runs import SCHOOL_REGISTER, last_applied
from app.terms import SYSTEM

if TYPE_CHECKING:
    from app.schools.gias import SchoolRegisterSource

log = logging.getLogger("register.jobs")
FIRST_HOUR = 3
"""In London; the hours after it are for trying again."""


@dataclass(frozen=True)
class Nightly:
    """Brings the school register in once a day; tries: how often a fault that may pass is waited for."""

    source: SchoolRegisterSource
    tries: int = 1

    async def run(self) -> int:
        """Apply today's files unless that was done or it is too early; returns how many runs were applied."""
        if clock.now().astimezone(LONDON).hour < FIRST_HOUR:
            return 0
        last = await last_applied(SCHOOL_REGISTER)
        if last is not None and last.business_date >= clock.today() and last.finished:
            return 0
        try:
            report = await download_schools(self.source, actor=SYSTEM, tries=self.tries)
        except AnotherRun:
            return 0
        if report.exit_code:
            log.error("school register", extra={"fields": {"state": report.state, "reason": report.refusal}})
        return int(report.exit_code == 0)
