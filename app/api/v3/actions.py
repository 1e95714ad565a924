"""What a lead provider tells of somebody's training: withdraw, defer, resume, change schedule (API-13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response, put
from litestar.params import FromPath  # noqa: TC002 - read at run time

from app import clock
from app.api.v3 import answers, sent
from app.api.v3.asking import UUID_FORM
from app.api.v3.bodies import attributes_of, text_of, word_of, year_of
from app.api.v3.calling import call_of
from app.api.v3.operations import write as declared
from app.api.v3.writing import write
from app.problems import problem
from app.provider_records.asked import ResourceType
from app.provider_records.queries import one_record
from app.terms import DeferralReason, Role, ScheduleIdentifier, WithdrawalReason
from app.training.change_schedule import ChangeSchedule, change_schedule
from app.training.defer import Defer, defer
from app.training.provider_acts import Unreadable
from app.training.provider_queries import participant_named
from app.training.resume import Resume, resume
from app.training.withdraw import Withdraw, withdraw

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from app.api.v3.calling import Call
    from app.terms import TeacherId

    Act = Callable[[Mapping[str, Any], TeacherId, Role | Unreadable, Call], Awaitable[Any]]

AnyRequest = Request[Any, Any, Any]
COURSES = {"ecf-induction": Role.ECT, "ecf-mentor": Role.MENTOR}
COURSE = "course_identifier"
TAG = "Participants"
PERSON = "participant_id"


def _declared(name: str, summary: str, body: type, *fields: str) -> dict[str, Any]:
    return declared(name, summary, TAG, body, answers.ParticipantAnswer, COURSE, *fields, PERSON, one=True)


async def _act(request: AnyRequest, participant_id: str, known: tuple[str, ...], act: Act) -> Response[bytes]:
    """Answer an action: body, then record, then rules (API-6.3, API-13.1)."""
    call = call_of(request)

    async def work(body: bytes) -> Callable[[], Awaitable[bytes]]:
        attributes = attributes_of(body, (*known, COURSE))
        public_id = UUID(participant_id) if UUID_FORM.fullmatch(participant_id) else None
        teacher_id = await participant_named(public_id, call.known.lead_provider_id) if public_id else None
        if teacher_id is None or public_id is None:
            raise problem(404)
        role = COURSES.get(text_of(attributes, COURSE), Unreadable.BLANK)
        await act(attributes, teacher_id, role, call)
        return lambda: _participant(call, public_id)

    return await write(request, work)


async def _participant(call: Call, public_id: UUID) -> bytes:
    found = await one_record(call.known.lead_provider_id, ResourceType.PARTICIPANT, public_id, clock.today())
    if found is None:
        raise LookupError("a participant stays shown")
    return b'{"data":' + found + b"}"


async def _withdraw(sent: Mapping[str, Any], teacher_id: TeacherId, role: Role | Unreadable, call: Call) -> None:
    reason = word_of(sent, "reason", WithdrawalReason, hyphens=True)
    await withdraw(Withdraw(call.known.lead_provider_id, teacher_id, role, reason), call.actor, clock.today())


async def _defer(sent: Mapping[str, Any], teacher_id: TeacherId, role: Role | Unreadable, call: Call) -> None:
    reason = word_of(sent, "reason", DeferralReason, hyphens=True)
    await defer(Defer(call.known.lead_provider_id, teacher_id, role, reason), call.actor, clock.today())


async def _resume(_: Mapping[str, Any], teacher_id: TeacherId, role: Role | Unreadable, call: Call) -> None:
    await resume(Resume(call.known.lead_provider_id, teacher_id, role), call.actor, clock.today())


async def _reschedule(sent: Mapping[str, Any], teacher_id: TeacherId, role: Role | Unreadable, call: Call) -> None:
    schedule = word_of(sent, "schedule_identifier", ScheduleIdentifier)
    year = year_of(sent)
    command = ChangeSchedule(
        call.known.lead_provider_id, teacher_id, role, schedule, None if year is Unreadable.BLANK else year
    )
    await change_schedule(command, call.actor, clock.today())


@put(
    "/participants/{participant_id:str}/withdraw",
    opt=_declared("withdrawParticipant", "Tell that training has stopped", sent.Withdraw, "reason"),
)
async def withdraw_participant(request: AnyRequest, participant_id: FromPath[str]) -> Response[bytes]:
    """Withdraw somebody from training (API-13.3)."""
    return await _act(request, participant_id, ("reason",), _withdraw)


@put(
    "/participants/{participant_id:str}/defer",
    opt=_declared("deferParticipant", "Tell that training is paused", sent.Defer, "reason"),
)
async def defer_participant(request: AnyRequest, participant_id: FromPath[str]) -> Response[bytes]:
    """Pause somebody's training (API-13.3)."""
    return await _act(request, participant_id, ("reason",), _defer)


@put(
    "/participants/{participant_id:str}/resume",
    opt=_declared("resumeParticipant", "Take a stop of today back, or train somebody again", sent.Resume),
)
async def resume_participant(request: AnyRequest, participant_id: FromPath[str]) -> Response[bytes]:
    """Undo a stop made today, or begin anew (API-13.6)."""
    return await _act(request, participant_id, (), _resume)


@put(
    "/participants/{participant_id:str}/change-schedule",
    opt=_declared(
        "changeSchedule",
        "Change the schedule, its cohort, or both",
        sent.ScheduleChange,
        "schedule_identifier",
        "cohort",
    ),
)
async def change_participant_schedule(request: AnyRequest, participant_id: FromPath[str]) -> Response[bytes]:
    """Change somebody's schedule (API-13.10)."""
    return await _act(request, participant_id, ("schedule_identifier", "cohort"), _reschedule)


HANDLERS: list[Any] = [withdraw_participant, defer_participant, resume_participant, change_participant_schedule]
