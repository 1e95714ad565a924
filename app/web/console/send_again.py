"""Sending an email about somebody once more (ADM-3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.console import person_queries
from app.console.timeline import Whose
from app.events.record import About
from app.notices.look_after_mail import SendOnceMore, send_once_more
from app.web.console import fixes
from app.web.console.fixes import Fix, Target, without_day
from app.web.console.people import PATH
from app.web.forms import known_id
from app.web.policies import staff_page

if TYPE_CHECKING:
    from app.console.person_queries import MessageFile

AnyRequest = Request[Any, Any, Any]
ADDRESS = f"{PATH}/{{person_id:str}}/emails/{{message_id:str}}"
POLICY = staff_page("support", nav="people")


AGAIN: Fix[MessageFile, SendOnceMore] = Fix(
    "",
    "send-again",
    "Send the email again",
    parse=lambda _, message: SendOnceMore(message.id),
    run=without_day(send_once_more),
    done="The email is sent again",
    may_hold=False,
)


@get(ADDRESS, opt=POLICY)
async def show(request: AnyRequest, person_id: FromPath[str], message_id: FromPath[str]) -> Response[str]:
    """Ask why an email is sent again."""
    return await fixes.show(request, AGAIN, await _target(person_id, message_id))


@post(ADDRESS, opt=POLICY, status_code=200)
async def submit(request: AnyRequest, person_id: FromPath[str], message_id: FromPath[str]) -> Response[str]:
    """Check sending it, or send it once it is confirmed."""
    return await fixes.submit(request, AGAIN, await _target(person_id, message_id))


async def _target(person_id: str, message_id: str) -> Target[MessageFile]:
    person = await person_queries.person(known_id(person_id))
    messages = await person_queries.messages_about(person.id) if person else ()
    message = next((one for one in messages if one.id == known_id(message_id)), None)
    if person is None or message is None:
        raise NotFoundException
    path = f"{PATH}/{person.public_id}/emails"
    name = f"{message.kind} to {message.recipient}"
    return Target(message, name, path, About(teacher_id=person.id), Whose(), f"{path}/{message.id}")


HANDLERS = [show, submit]
