"""How staff put something right: form, check of everything that happens, confirmation (ADM-1.2 to ADM-1.6, ADM-6.1).

A fix is one `Fix`: how its form is read and which operation it runs. What the operation changes and mails is shown by
trying it out and undoing it, so that the check page cannot promise anything else than what is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from litestar.exceptions import NotFoundException

from app import clock
from app.console.apply_fix import ApplyFix, apply_change, apply_fix, try_out
from app.console.reasons import parse_reason
from app.console.timeline import newest_event, since
from app.events.record import About
from app.terms import Refused
from app.values import Invalid, parse_both
from app.web.console.asking import staff_of
from app.web.forms import read_form, read_form_lists, read_query
from app.web.page import page, redirect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date

    from litestar import Request, Response

    from app.console.apply_fix import Effect
    from app.console.reasons import Reason
    from app.console.timeline import Happening, Whose
    from app.terms import Actor
    from app.values import Form

S = TypeVar("S")
C = TypeVar("C")
NOT_KEPT = frozenset({"confirm", "send", "mail", "csrf_token", "school_mark"})
"""Fields of the check page that the form itself does not have."""


@dataclass(frozen=True)
class Fix(Generic[S, C]):
    """One thing that staff can put right; S is what it is about, C the command of its operation."""

    id: str
    """Its number in the specification; empty for a change whose own events keep the reason."""
    slug: str
    title: str
    template: str
    """The fields of its form."""
    possible: Callable[[S], str]
    """Why it cannot be done here; empty when it can."""
    initial: Callable[[S], Mapping[str, str]]
    parse: Callable[[Form, S], C]
    run: Callable[[C, Actor, date], Awaitable[object]]
    choices: Callable[[S], Mapping[str, Mapping[str, str]]] = lambda _: {}
    """Field -> value -> words."""
    done: str = ""
    """What the page that it leads back to says once it is done."""
    fields: tuple[Field, ...] = ()
    """What its form asks, for those whose template is `console/fixes/fields.html`."""
    may_hold: bool = True
    """Whether its emails may be held back."""

    @property
    def many(self) -> tuple[str, ...]:
        """Return the fields whose values are all kept, one a line."""
        return tuple(each.name for each in self.fields if each.kind == "checkboxes")


@dataclass(frozen=True)
class Field:
    """One question of a form: `kind` names the macro of `components/fields.html` that shows it."""

    name: str
    label: str
    kind: Literal["text", "name", "email", "textarea", "radios", "checkboxes", "date", "select"] = "text"
    hint: str = ""
    width: str = ""


@dataclass(frozen=True)
class Target(Generic[S]):
    """What a fix is about, where its page is, and whose timeline tells what changed meanwhile."""

    subject: S
    name: str
    path: str
    about: About
    whose: Whose
    form: str = ""
    """The address of the form, when it is not below that page."""


@dataclass(frozen=True)
class FixPage:
    """The form of a fix."""

    title: str
    template: str
    name: str
    back: str
    values: Mapping[str, str]
    errors: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    not_possible: str
    fields: tuple[Field, ...] = ()
    changed: tuple[Happening, ...] = ()
    """What others changed since the form was opened (ADM-1.4)."""


@dataclass(frozen=True)
class FixCheckPage:
    """Everything that the fix changes, with every email that would go out (ADM-1.3)."""

    doing: str
    """What is put right; a template knows the title of its page as `title`."""
    name: str
    back: str
    fields: Mapping[str, str]
    effect: Effect
    reason: Reason
    may_hold: bool = True
    many: tuple[str, ...] = ()
    """Fields that have several values, one a line."""


async def show(request: Request[Any, Any, Any], fix: Fix[S, Any], target: Target[S]) -> Response[str]:
    """Answer the form of a fix, or why there is none."""
    seen = str(await newest_event())
    values = {**fix.initial(target.subject), "seen": seen}
    return _form(request, fix, target, values, {}, fix.possible(target.subject))


async def submit(request: Request[Any, Any, Any], fix: Fix[S, C], target: Target[S]) -> Response[str]:
    """Check what was entered and show what would happen; once confirmed, do it and lead back (ADM-1.3)."""
    form = await read_form(request, fix.many)
    why_not = fix.possible(target.subject)
    if why_not:
        return _form(request, fix, target, form, {}, why_not)
    changed = await since(target.whose, _number(form.get("seen", "")))
    if changed:
        renewed = {**form, "seen": str(changed[0].id)}
        return _form(request, fix, target, renewed, {}, "", changed)
    try:
        command, reason = parse_both(lambda: fix.parse(form, target.subject), lambda: parse_reason(form))
        return await _check_or_apply(request, fix, target, form, command, reason)
    except Invalid as invalid:
        return _form(request, fix, target, form, invalid.errors, "")
    except Refused as refused:
        return _form(request, fix, target, form, {refused.field or "note": refused.message}, "")


async def _check_or_apply(  # noqa: PLR0917 - what both ways need
    request: Request[Any, Any, Any], fix: Fix[S, C], target: Target[S], form: Form, command: C, reason: Reason
) -> Response[str]:
    actor = staff_of(request).actor

    async def run() -> None:
        await fix.run(command, actor, clock.today())

    if form.get("confirm") != "yes":
        effect = await try_out(run)
        if not effect.touched:
            raise Invalid(note="This would change nothing")
        fields = {name: value for name, value in form.items() if name not in NOT_KEPT}
        back = target.form or f"{target.path}/fixes/{fix.slug}"
        shown = FixCheckPage(fix.title, target.name, back, fields, effect, reason, fix.may_hold, fix.many)
        return page(request, "console/fix-check.html", shown)
    held = held_back(await read_form_lists(request)) if fix.may_hold else frozenset[str]()
    if fix.id:
        await apply_fix(ApplyFix(fix.id, fix.title, target.about, reason, held), run, actor)
    else:
        await apply_change(run, reason, held)
    return redirect(request, f"{target.path}?done={fix.slug}")


def held_back(fields: Mapping[str, list[str]]) -> frozenset[str]:
    """Return the emails whose box was unticked."""
    return frozenset(fields.get("mail", [])) - frozenset(fields.get("send", []))


def find(fixes: Mapping[str, Fix[S, Any]], slug: str) -> Fix[S, Any]:
    """Return the fix of an address; raises NotFoundException for one that there is not."""
    if slug not in fixes:
        raise NotFoundException
    return fixes[slug]


def offered(
    request: Request[Any, Any, Any], fixes: Mapping[str, Fix[S, Any]], subject: S, path: str
) -> tuple[tuple[str, str], ...]:
    """Return address and title of what the member of staff who asks can put right here (ADM-1.1, ADM-6.1)."""
    if "support" not in staff_of(request).staff_roles:
        return ()
    return tuple((f"{path}/fixes/{fix.slug}", fix.title) for fix in fixes.values() if not fix.possible(subject))


def done_in(request: Request[Any, Any, Any], fixes: Mapping[str, Fix[Any, Any]]) -> str:
    """Return what the page says of what has just been put right, as the address names it; empty for nothing."""
    fix = fixes.get(read_query(request).get("done", ""))
    return (fix.done or f"{fix.title}: saved") if fix else ""


def _form(  # noqa: PLR0917 - what a form shows
    request: Request[Any, Any, Any],
    fix: Fix[S, Any],
    target: Target[S],
    values: Mapping[str, str],
    errors: Mapping[str, str],
    not_possible: str,
    changed: tuple[Happening, ...] = (),
) -> Response[str]:
    shown = FixPage(
        title=fix.title,
        template=fix.template,
        name=target.name,
        back=target.path,
        values=values,
        errors=errors,
        choices=fix.choices(target.subject),
        not_possible=not_possible,
        fields=fix.fields,
        changed=changed,
    )
    return page(request, "console/fix.html", shown, status=409 if changed else 422 if errors else 200)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else 0
