"""Where staff put right something about a school: the forms of every such fix (ADM-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.console import school_queries
from app.console.timeline import Whose
from app.events.record import About
from app.values import clean
from app.web.console import access_fixes, fixes, limit_fixes, partnership_fixes, standing_fixes, succession_fix
from app.web.console.fixes import Target, by_slug
from app.web.console.schools import PATH
from app.web.policies import staff_page

if TYPE_CHECKING:
    from app.console.school_queries import SchoolFile

FIXES = by_slug(
    *standing_fixes.FIXES,
    *partnership_fixes.FIXES,
    *access_fixes.FIXES,
    *limit_fixes.OF_SCHOOL,
    *succession_fix.FIXES,
)


@get(f"{PATH}/{{urn:str}}/fixes/{{fix:str}}", opt=staff_page("support", nav="schools"))
async def show(request: Request[Any, Any, Any], urn: FromPath[str], fix: FromPath[str]) -> Response[str]:
    """Show the form of a fix (ADM-1.3)."""
    return await fixes.show(request, fixes.find(FIXES, fix), await _target(urn))


@post(f"{PATH}/{{urn:str}}/fixes/{{fix:str}}", opt=staff_page("support", nav="schools"), status_code=200)
async def submit(request: Request[Any, Any, Any], urn: FromPath[str], fix: FromPath[str]) -> Response[str]:
    """Check a fix, or apply it once it is confirmed (ADM-1.3)."""
    return await fixes.submit(request, fixes.find(FIXES, fix), await _target(urn))


async def _target(urn: str) -> Target[SchoolFile]:
    school = await school_queries.school(clean(urn))
    if school is None:
        raise NotFoundException
    about, whose = About(school_id=school.id), Whose(school_id=school.id)
    return Target(school, school.name, f"{PATH}/{school.urn}", about, whose)


HANDLERS = [show, submit]
