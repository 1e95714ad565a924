"""Codes of fixes in texts as links to their forms, for staff who may use them (ADM-4.2, ADM-6.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from app.console.person_queries import public_id_of
from app.web.console import email_holder, people, person_fixes, refresh_person, school_fixes, schools
from app.web.console.asking import may
from app.web.console.places import form_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request

    from app.terms import TeacherId

CODE = re.compile(r"FIX-[0-9]{2}")
OF_PERSON = {
    **{fix.id: (fix.slug, fix.title) for fix in person_fixes.FIXES.values()},
    "FIX-13": (refresh_person.SLUG, refresh_person.TITLE),
}
"""Code -> slug and title of what is put right about a person."""
OF_SCHOOL = {fix.id: (fix.slug, fix.title) for fix in school_fixes.FIXES.values()}
"""The same about a school."""
TITLES = {"FIX-14": email_holder.TITLE, **{code: title for code, (_, title) in (OF_PERSON | OF_SCHOOL).items()}}
"""What a code stands for."""
Links = dict[str, tuple[str, str]]


async def links_to_fixes(request: Request[Any, Any, Any], teacher_id: TeacherId | None, urn: str, back: str) -> Links:
    """Return address and title of every fix of a person and a school by its code; none without the right to them."""
    if not may(request, "support"):
        return {}
    links = {"FIX-14": (email_holder.PATH, email_holder.TITLE), **_links(OF_SCHOOL, f"{schools.PATH}/{urn}", back)}
    person = await public_id_of(teacher_id) if teacher_id is not None else None
    return links | (_links(OF_PERSON, f"{people.PATH}/{person}", back) if person else {})


def _links(fixes: Mapping[str, tuple[str, str]], path: str, back: str) -> Links:
    return {code: (form_address(f"{path}/fixes/{slug}", back), title) for code, (slug, title) in fixes.items()}


def linked(text: str, links: Links) -> Markup:
    """Return a text with the title of each fix for its code, as a link where there is one."""
    said = Markup()
    at = 0
    for found in CODE.finditer(text):
        said += Markup.escape(text[at : found.start()]) + _link(found[0], links)
        at = found.end()
    return said + Markup.escape(text[at:])


def _link(code: str, links: Links) -> Markup:
    if code not in links:
        return Markup.escape(TITLES.get(code, code))
    return Markup('<a class="govuk-link" href="{}">{}</a>').format(*links[code])
