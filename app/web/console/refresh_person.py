"""Reading somebody's teaching record again for staff, with everything that follows shown before (FIX-13, EXT-2.23)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.access.rate_limit import count
from app.console import person_queries
from app.console.apply_fix import ApplyFix, apply_fix, try_out
from app.console.reasons import parse_reason
from app.events.record import About
from app.registration.refresh_teaching_record import RefreshTeachingRecord, refresh_teaching_record
from app.teachers.trs import Unavailable
from app.values import Invalid
from app.web.console.answers import wants_change
from app.web.console.asking import staff_of
from app.web.console.done import can_be_done
from app.web.console.fix_pages import FixCheckPage, FixPage
from app.web.console.fixes import NOT_KEPT, held_back
from app.web.console.places import came_from, done_at
from app.web.errors import ErrorPage, error_page, too_many
from app.web.forms import known_id, read_form, read_form_lists, read_query
from app.web.page import page, redirect
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.console.person_queries import PersonFile
    from app.teachers.trs import TeachingRecords

AnyRequest = Request[Any, Any, Any]
SLUG, TITLE = "refresh", "Refresh from the teaching record"
DONE = "What the teaching record says is stored"
PATH = f"/admin/people/{{person_id:str}}/fixes/{SLUG}"
POLICY = staff_page("support", nav="people")
ONCE_IN = timedelta(minutes=1)
"""A person's record is stored again so often at most."""
can_be_done(SLUG, TITLE, DONE)
NO_ANSWER = "The teaching record did not answer. Nothing has been changed."


@get(PATH, opt=POLICY)
async def show(request: AnyRequest, person_id: FromPath[str]) -> Response[str]:
    """Ask for the reason."""
    return _form(request, await _person(person_id), {"from": read_query(request).get("from", "")}, {})


@post(PATH, opt=POLICY, status_code=200)
async def submit(request: AnyRequest, person_id: FromPath[str]) -> Response[str]:
    """Read the record and show what would change; once confirmed, read it once more and store it."""
    person, form = await _person(person_id), await read_form(request)
    if wants_change(form):
        return _form(request, person, form, {})
    try:
        reason = parse_reason(form)
    except Invalid as invalid:
        return _form(request, person, form, invalid.errors)
    confirmed, settings = form.get("confirm") == "yes", request.app.state.settings
    if confirmed and (wait := await count("staff_refresh", str(person.id), 1, ONCE_IN, settings.secret())):
        return too_many(request, wait)
    trs: TeachingRecords = request.app.state.trs
    outcome = await trs.read(person.trn)  # with the time limits of somebody who waits, holding no lock
    if isinstance(outcome, Unavailable):
        after = str(outcome.retry_after or 60)
        return error_page(request, 503, ErrorPage(NO_ANSWER, retry="in a minute"), {"Retry-After": after})
    command = RefreshTeachingRecord(person.trn, outcome, settings.prohibition_categories)

    async def run() -> None:
        await refresh_teaching_record(command, staff_of(request).actor, clock.today())

    if not confirmed:
        effect = await try_out(run)
        fields = {name: value for name, value in form.items() if name not in NOT_KEPT}
        return page(
            request,
            "console/fix-check.html",
            FixCheckPage(TITLE, person.name.displayed, fields, effect, reason),
        )
    held = held_back(await read_form_lists(request))
    fix = ApplyFix("FIX-13", TITLE, About(teacher_id=person.id), reason, held)
    await apply_fix(fix, run, staff_of(request).actor)
    return redirect(request, done_at(came_from(form, _page_of(person)), SLUG))


async def _person(person_id: str) -> PersonFile:
    found = await person_queries.person(known_id(person_id))
    if found is None:
        raise NotFoundException
    return found


def _page_of(person: PersonFile) -> str:
    return f"/admin/people/{person.public_id}"


def _form(
    request: AnyRequest, person: PersonFile, values: Mapping[str, str], errors: Mapping[str, str]
) -> Response[str]:
    context = FixPage(
        title=TITLE,
        template="console/fixes/refresh.html",
        name=person.name.displayed,
        back=came_from(values, _page_of(person)),
        values=values,
        errors=errors,
        choices={},
        not_possible="",
    )
    return page(request, "console/fix.html", context, status=422 if errors else 200)


HANDLERS = [show, submit]
