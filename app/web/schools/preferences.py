"""What mail somebody wants about the school they work for (PF-01)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post

from app.access.preferences import (
    Digest,
    NoticeGroup,
    Preferences,
    SavePreferences,
    preferences_of,
    save_preferences,
)
from app.values import NOT_AN_OPTION, Invalid, parse_both, parse_choice
from app.web.forms import read_form_lists, read_query
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATH = "/school/preferences"
COPIES = {"on": "Yes", "off": "No"}
SAVED = {"text": "Your email preferences have been saved.", "success": True}


@dataclass(frozen=True)
class PreferencesPage:
    """The choices, with what is chosen."""

    school_name: str
    copies: Mapping[str, str]
    digests: Mapping[str, str]
    groups: Mapping[str, str]
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    notification: Mapping[str, object] | None = None


@get(PATH, opt=school_page(acting=False))
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show what is chosen."""
    here = here_of(request)
    held = await preferences_of(here.user.id, here.school.id)
    values = {
        "confirmation_emails": "on" if held.confirmation_emails else "off",
        "digest": held.digest.value,
        "digest_groups": [group.value for group in held.digest_groups],
    }
    saved = SAVED if read_query(request).get("notice") == "saved" else None
    return page(request, "schools/preferences.html", preferences_page(here.school.name, values, notification=saved))


@post(PATH, opt=school_page(acting=False), status_code=303)
async def save(request: Request[Any, Any, Any]) -> Response[str]:
    """Save the choices."""
    here, fields = here_of(request), await read_form_lists(request)
    try:
        wanted = parse_preferences(fields)
    except Invalid as invalid:
        values = {name: given[-1] for name, given in fields.items()} | {
            "digest_groups": fields.get("digest_groups", [])
        }
        context = preferences_page(here.school.name, values, errors=invalid.errors)
        return page(request, "schools/preferences.html", context, status=422)
    await save_preferences(SavePreferences(here.user.id, here.school.id, wanted), here.actor)
    return redirect(request, f"{PATH}?notice=saved")


def parse_preferences(fields: Mapping[str, Sequence[str]]) -> Preferences:
    """Return the choices made (GEN-06)."""
    form = {name: values[-1] for name, values in fields.items()}
    copies, (digest, groups) = parse_both(
        lambda: parse_choice(form, "confirmation_emails", list(COPIES), "Select whether you want confirmation emails"),
        lambda: parse_both(
            lambda: parse_choice(form, "digest", [digest.value for digest in Digest], "Select how often to tell you"),
            lambda: parse_groups(fields.get("digest_groups", ())),
        ),
    )
    return Preferences(copies == "on", Digest(digest), groups)


def parse_groups(given: Sequence[str]) -> tuple[NoticeGroup, ...]:
    """Return the groups ticked, in their own order; none is a choice too."""
    if not set(given) <= {group.value for group in NoticeGroup}:
        raise Invalid({"digest_groups": NOT_AN_OPTION})
    return tuple(group for group in NoticeGroup if group.value in given)


def preferences_page(
    school: str,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    notification: Mapping[str, object] | None = None,
) -> PreferencesPage:
    """Return the context of the page."""
    digests = {digest.value: digest.words for digest in Digest}
    groups = {group.value: group.words for group in NoticeGroup}
    return PreferencesPage(school, COPIES, digests, groups, values, errors or {}, notification)


HANDLERS = [show, save]
