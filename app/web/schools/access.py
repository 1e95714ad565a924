"""Who has access to the school, and removing somebody (ACC-11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - read at run time

from app.access.remove_access import RemoveAccess, remove_access
from app.access.sign_in import DFE_SIGN_IN, EMAIL_LINK
from app.access.who_has_access import PersonWithAccess, is_last_way_in, people_with_access
from app.web.forms import known_id, read_query
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.schools.give_access import is_offered
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.web.session import Here

AnyRequest = Request[Any, Any, Any]
PATH = "/school/access"
WAYS_IN = {DFE_SIGN_IN: "DfE Sign-in", EMAIL_LINK: "Email link", "personas": "Test sign-in"}
REMOVED = {"text": "Their access has been removed. We have sent them an email.", "success": True}


@dataclass(frozen=True)
class AccessPage:
    """Everyone with access."""

    school_name: str
    people: tuple[PersonWithAccess, ...]
    ways_in: Mapping[str, str]
    own_id: int
    may_give: bool
    notification: Mapping[str, object] | None


@dataclass(frozen=True)
class RemoveAccessPage:
    """Whose access is to be removed, and what becomes of it."""

    person: PersonWithAccess
    school_name: str
    own: bool
    last: bool


@get(PATH, opt=school_page())
async def show(request: AnyRequest) -> Response[str]:
    """List everyone with access to the current school (ACC-11.1, ACC-11.2)."""
    here = here_of(request)
    removed = read_query(request).get("notice") == "removed"
    context = AccessPage(
        here.school.name,
        await people_with_access(here.school.id),
        WAYS_IN,
        here.user.id,
        await is_offered(request),
        REMOVED if removed else None,
    )
    return page(request, "schools/access.html", context)


@get(f"{PATH}/{{person_id:str}}/remove", opt=school_page())
async def ask(request: AnyRequest, person_id: FromPath[str]) -> Response[str]:
    """Ask whether to remove somebody; warn when nobody is left (ACC-11.4)."""
    here = here_of(request)
    person, people = await find(here, person_id)
    own = person.id == here.user.id
    context = RemoveAccessPage(person, here.school.name, own, is_last_way_in(person, people))
    return page(request, "schools/remove-access.html", context)


@post(f"{PATH}/{{person_id:str}}/remove", opt=school_page(), status_code=303)
async def remove(request: AnyRequest, person_id: FromPath[str]) -> Response[str]:
    """Remove somebody's access; one's own signs out of the school (ACC-11.4)."""
    here = here_of(request)
    person, _ = await find(here, person_id)
    await remove_access(RemoveAccess(here.school.id, person.id), here.actor)
    return redirect(request, "/school/home" if person.id == here.user.id else f"{PATH}?notice=removed")


async def find(here: Here, person_id: str) -> tuple[PersonWithAccess, tuple[PersonWithAccess, ...]]:
    """Return somebody of this school whose access can be removed, and everyone; anybody else is not found (GEN-05)."""
    wanted, people = known_id(person_id), await people_with_access(here.school.id)
    person = next((one for one in people if one.public_id == wanted and one.removable), None)
    if person is None:
        raise NotFoundException
    return person, people


HANDLERS = [show, ask, remove]
