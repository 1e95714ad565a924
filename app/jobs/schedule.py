"""The periodic jobs: what each does, how often, whose it is, and what it means when it is late (OPS-12)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.access.end_unused_access import end_unused_access
from app.access.end_unused_staff import end_unused_staff
from app.access.warn_of_ending_tokens import warn_of_ending_tokens
from app.drafts.expire import expire_drafts
from app.jobs import digests, housekeeping, induction_mail, partnership_mail, reminders, school_dates, school_reminders
from app.jobs.bulk_changes import BulkChanges
from app.jobs.school_register import Nightly
from app.jobs.teaching_records import Refreshing
from app.jobs.tell_inductions import Telling
from app.jobs.turned_years import note_turned
from app.notices import tidy
from app.provider_records.changes import forget_old_changes
from app.provider_records.idempotency import forget_answers
from app.provider_records.postponed import settle_postponed
from app.provider_records.turn_day import turn_day
from app.provider_records.verify import verify_by_night
from app.refdata.run_uploads import run_uploads
from app.settings import settings
from app.support.close_query import delete_old_queries
from app.support.note_delivery import note_delivery
from app.teachers.unusual_look_ups import watch_look_ups

if TYPE_CHECKING:
    from app.schools.gias import SchoolRegisterSource
    from app.teachers.trs import TeachingRecords


@dataclass(frozen=True)
class PeriodicJob:
    """Something done again and again; doing it twice changes nothing more."""

    name: str
    cron: str
    """Minute, hour, day, month, weekday in UTC."""
    owner: str
    when_late: str
    run: Callable[[], Awaitable[int]]
    """Does everything due by the service clock, earlier days included; returns how much it did."""
    only_in_production: bool = False
    """Elsewhere the clock can go back to when the rows still counted (contract, section 3)."""
    after_mail: bool = False
    """One run of everything does it after mail was delivered, because it looks at what came of that."""


JOBS: tuple[PeriodicJob, ...] = (
    PeriodicJob(
        "turn_day_for_lead_providers",
        "1,11 * * * *",
        "provider_records",
        "what lead providers are shown is right; its stamps and the entries in their feeds come later",
        turn_day,
    ),
    PeriodicJob(
        "settle_for_lead_providers",
        "*/5 * * * *",
        "provider_records",
        "what an import that was stopped changed reaches lead providers later",
        settle_postponed,
    ),
    PeriodicJob(
        "run_uploads",
        "* * * * *",
        "refdata",
        "files that staff brought in wait to be tried out or applied",
        run_uploads,
    ),
    PeriodicJob(
        "note_turned_years",
        "2 * * * *",
        "refdata",
        "the audit trail says later that a year opened or froze; what schools can do follows the calendar at once",
        note_turned,
    ),
    PeriodicJob(
        "tell_that_registration_opened",
        "1,16,31,46 * * * *",
        "drafts",
        "people who asked learn later that they can go on",
        reminders.tell_that_registration_opened,
    ),
    PeriodicJob(
        "warn_of_expiry",
        "5 * * * *",
        "drafts",
        "less warning before a draft is deleted",
        reminders.warn_of_expiry,
    ),
    PeriodicJob(
        "tell_who_was_confirmed",
        "30 6 * * *",
        "training",
        "schools learn later whom lead providers confirmed; their pages show it at once",
        partnership_mail.tell_who_was_confirmed,
    ),
    PeriodicJob(
        "tell_of_inductions",
        "35 6 * * *",
        "registration",
        "schools learn later what appropriate bodies recorded; their pages show it at once",
        induction_mail.tell_of_inductions,
    ),
    PeriodicJob(
        "note_delivery_to_support",
        "*/5 * * * *",
        "support",
        "support sees later which queries did not reach its mailbox",
        note_delivery,
        after_mail=True,
    ),
    PeriodicJob(
        "delete_old_queries",
        "22 2 * * *",
        "support",
        "queries to support are kept longer than promised",
        delete_old_queries,
    ),
    PeriodicJob(
        "remind_of_partnerships",
        "45 6 * * *",
        "training",
        "schools are reminded later, with fewer days left to say that a partnership is wrong",
        partnership_mail.remind_of_partnerships,
    ),
    PeriodicJob(
        "tell_schools_of_dates",
        "3,18,33,48 * * * *",
        "schools",
        "schools learn later that registration opens or closes for a time",
        school_dates.tell_schools_of_dates,
    ),
    PeriodicJob(
        "send_school_reminders",
        "*/5 * * * *",
        "notices",
        "schools are reminded later on the day",
        school_reminders.send_school_reminders,
    ),
    PeriodicJob(
        "send_digests",
        "*/5 * * * *",
        "notices",
        "people who chose it are told later",
        digests.send_digests,
    ),
    PeriodicJob(
        "expire_drafts",
        "10 * * * *",
        "drafts",
        "what was typed is kept longer than promised",
        expire_drafts,
    ),
    PeriodicJob(
        "forget_message_contents",
        "20 * * * *",
        "notices",
        "what mail said is kept longer than promised",
        tidy.forget_contents,
    ),
    PeriodicJob(
        "forget_message_addresses",
        "25 2 * * *",
        "notices",
        "addresses are kept longer than promised",
        tidy.forget_addresses,
    ),
    PeriodicJob(
        "delete_old_lookups",
        "30 2 * * *",
        "teachers",
        "notes of look-ups are kept longer than promised",
        housekeeping.delete_old_lookups,
    ),
    PeriodicJob(
        "delete_dead_sessions",
        "35 * * * *",
        "access",
        "the table grows; nobody can use an ended session",
        housekeeping.delete_dead_sessions,
        only_in_production=True,
    ),
    PeriodicJob(
        "delete_old_secrets",
        "45 2 * * *",
        "access",
        "the table grows; a link that has ended opens nothing",
        housekeeping.delete_old_secrets,
        only_in_production=True,
    ),
    PeriodicJob(
        "delete_old_flows",
        "50 2 * * *",
        "access",
        "the table grows; an attempt that has ended leads nowhere",
        housekeeping.delete_old_flows,
        only_in_production=True,
    ),
    PeriodicJob(
        "delete_old_counts",
        "40 2 * * *",
        "access",
        "the table grows; limits look at newer rows only",
        housekeeping.delete_old_counts,
        only_in_production=True,
    ),
    PeriodicJob(
        "watch_look_ups",
        "50 * * * *",
        "teachers",
        "somebody who tries numbers out is noticed later; the limits hold all the same",
        watch_look_ups,
    ),
    PeriodicJob(
        "delete_old_token_days",
        "42 2 * * *",
        "access",
        "the table grows; nobody asks for calls that long ago",
        housekeeping.delete_old_token_days,
        only_in_production=True,
    ),
    PeriodicJob(
        "end_unused_access",
        "15 2 * * *",
        "access",
        "people who have long left a school could still get in",
        end_unused_access,
    ),
    PeriodicJob(
        "end_unused_staff",
        "20 2 * * *",
        "access",
        "staff are warned later, and accounts that nobody uses stay open",
        end_unused_staff,
    ),
    PeriodicJob(
        "warn_of_ending_tokens",
        "25 2 * * *",
        "access",
        "lead providers learn later, or not, that a token ends",
        warn_of_ending_tokens,
    ),
    PeriodicJob(
        "verify_provider_records",
        "20 3 * * *",
        "provider_records",
        "a record that is not what the facts say goes unnoticed longer",
        verify_by_night,
    ),
    PeriodicJob(
        "forget_answers_to_lead_providers",
        "50 * * * *",
        "provider_records",
        "answers kept for repeats are kept longer than promised; they are repeated no longer",
        forget_answers,
    ),
    PeriodicJob(
        "forget_old_changes",
        "55 2 * * *",
        "provider_records",
        "the feeds reach back further than promised",
        forget_old_changes,
        only_in_production=True,
    ),
    PeriodicJob(
        "note_chain_head",
        "0 * * * *",
        "events",
        "a rewritten audit trail could go back further unnoticed",
        housekeeping.note_chain_head,
    ),
    PeriodicJob(
        "verify_audit_trail",
        "40 3 * * *",
        "events",
        "an altered or missing event goes unnoticed longer",
        housekeeping.verify_audit_trail,
    ),
)
"""In the order in which one run does them: mail about a draft comes before its end."""


def jobs_with(
    trs: TeachingRecords | None, register: SchoolRegisterSource | None = None, tries: int = 1
) -> tuple[PeriodicJob, ...]:
    """Return the periodic jobs, with those that ask an outside system if there is one to ask.

    tries: how often a fault of the school register that may pass is waited for.
    """
    nightly = () if register is None else (_nightly(register, tries),)
    many = PeriodicJob(
        "go_on_with_bulk_changes",
        "* * * * *",
        "console",
        "what support changes for many people takes longer; nobody is changed twice",
        BulkChanges(trs).run,
    )
    if trs is None:
        return *nightly, *JOBS, many
    again = PeriodicJob(
        "refresh_teaching_records",
        "20 * * * *",
        "teachers",
        "names, qualified status and inductions of teaching records are older than a day",
        Refreshing(trs).run,
    )
    told = PeriodicJob(
        "tell_teaching_records",
        "* * * * *",
        "teachers",
        "the teaching record learns later of inductions that support recorded",
        Telling(trs).run,
    )
    return again, told, *nightly, *JOBS, many


def done_here(jobs: tuple[PeriodicJob, ...]) -> tuple[PeriodicJob, ...]:
    """Return those that are done in this environment."""
    return tuple(job for job in jobs if settings().production or not job.only_in_production)


def _nightly(register: SchoolRegisterSource, tries: int) -> PeriodicJob:
    return PeriodicJob(
        "download_school_register",
        "0 2-8 * * *",
        "schools",
        "new, closed and changed schools are known later; nothing stored is lost",
        Nightly(register, tries).run,
    )


DELIVER_DUE_CRON = "* * * * *"
"""Mail whose time has come, waits that are over and leases of killed workers are looked for every minute."""
