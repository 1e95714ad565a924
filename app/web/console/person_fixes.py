"""Where staff put right something about a person: the forms of every such fix (ADM-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.console import person_queries
from app.console.timeline import Whose
from app.events.record import About
from app.web.console import (
    anonymise_fix,
    change_training_fix,
    fixes,
    induction_fixes,
    limit_fixes,
    mentorship_fix,
    merge_fix,
    registration_fixes,
    stay_fixes,
    training_fixes,
)
from app.web.console.fixes import Target, by_slug
from app.web.console.people import PATH
from app.web.forms import known_id
from app.web.policies import staff_page

if TYPE_CHECKING:
    from app.console.person_queries import PersonFile

FIXES = by_slug(
    *stay_fixes.FIXES,
    *registration_fixes.FIXES,
    *training_fixes.FIXES,
    *change_training_fix.FIXES,
    *mentorship_fix.FIXES,
    *induction_fixes.FIXES,
    *limit_fixes.OF_PERSON,
    *anonymise_fix.FIXES,
    *merge_fix.FIXES,
)


@get(f"{PATH}/{{person_id:str}}/fixes/{{fix:str}}", opt=staff_page("support", nav="people"))
async def show(request: Request[Any, Any, Any], person_id: FromPath[str], fix: FromPath[str]) -> Response[str]:
    """Show the form of a fix (ADM-1.3)."""
    return await fixes.show(request, fixes.find(FIXES, fix), await _target(person_id))


@post(f"{PATH}/{{person_id:str}}/fixes/{{fix:str}}", opt=staff_page("support", nav="people"), status_code=200)
async def submit(request: Request[Any, Any, Any], person_id: FromPath[str], fix: FromPath[str]) -> Response[str]:
    """Check a fix, or apply it once it is confirmed (ADM-1.3)."""
    return await fixes.submit(request, fixes.find(FIXES, fix), await _target(person_id))


@get(f"{PATH}/{{person_id:str}}/merge", opt=staff_page("support", nav="people"))
async def show_merge(request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[str]:
    """Ask which other record is of the same person (FIX-12)."""
    return await fixes.show(request, FIXES["merge"], await _target(person_id))


@post(f"{PATH}/{{person_id:str}}/merge", opt=staff_page("support", nav="people"), status_code=200)
async def submit_merge(request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[str]:
    """Check a merge, or do it once it is confirmed (FIX-12)."""
    return await fixes.submit(request, FIXES["merge"], await _target(person_id))


async def _target(person_id: str) -> Target[PersonFile]:
    person = await person_queries.person(known_id(person_id))
    if person is None:
        raise NotFoundException
    return Target(
        person,
        person.name.displayed,
        f"{PATH}/{person.public_id}",
        About(teacher_id=person.id),
        Whose((person.id,)),
    )


HANDLERS = [show, submit, show_merge, submit_merge]
