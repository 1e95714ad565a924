"""How staff put something right: form, check of everything that happens, confirmation (ADM-1.2 to ADM-1.6, ADM-6.1).

A fix is one `Fix`: how its form is read and which operation it runs. What the operation changes and mails is shown by
trying it out and undoing it, so that the check page cannot promise anything else than what is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from litestar.exceptions import NotFoundException

from app import clock
from app.console.apply_fix import ApplyFix, ChangedMeanwhile, DoneAlready, Seen, apply_change, apply_fix, try_out
from app.console.reasons import parse_reason
from app.console.timeline import newest_event
from app.events.record import About
from app.terms import Refused
from app.values import Invalid, parse_both
from app.web.console.answers import chosen_in, entered_in, first_asked, wants_change
from app.web.console.asking import staff_of
from app.web.console.done import can_be_done, done_here
from app.web.console.fix_pages import FixCheckPage, FixPage
from app.web.console.places import came_from, done_at, form_address
from app.web.console.refusals import beside
from app.web.forms import read_form, read_form_lists, read_query
from app.web.page import page, redirect
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from datetime import date

    from litestar import Request, Response

    from app.console.reasons import Reason
    from app.console.timeline import Happening, Whose
    from app.policy import Policy
    from app.terms import Actor, TeacherId
    from app.values import Form

S = TypeVar("S")
C = TypeVar("C")
FIELDS = "console/fixes/fields.html"
"""The template of a form that is declared as a list of fields."""
NOT_KEPT = frozenset({"confirm", "change", "send", "mail", "csrf_token", "school_mark"})
"""Fields of the check page that the form itself does not have."""
NOTHING: Mapping[str, Any] = {}
FORM_ID = "form_id"
"""The field that names a check page, so that confirming it twice does nothing twice (ADM-1.4)."""


@dataclass(frozen=True)
class Circumstances:
    """What the facts of a fix depend on besides its subject; back: where its form leads to afterwards."""

    today: date
    policy: Policy
    form_address: str
    path: str
    """Of the subject."""
    given: Mapping[str, str]
    """What the address or the form says."""

    def instead(self, slug: str, title: str) -> tuple[str, str]:
        """Return address and title of another fix of the same subject that leads back here."""
        return form_address(f"{self.path}/fixes/{slug}", self.form_address), title


class NotPossible(Exception):
    """Why something cannot be put right here, and address and title of what helps, if anything does."""

    def __init__(self, why: str, instead: tuple[str, str] | None = None) -> None:
        super().__init__(why)
        self.why, self.instead = why, instead


class ShowAgain(Exception):
    """The form is shown once more before anything is checked, with these values of the record that was chosen."""

    def __init__(self, values: Mapping[str, str] = NOTHING) -> None:
        super().__init__()
        self.values = values


async def _itself(subject: S, _circumstances: Circumstances) -> S:
    return subject


@dataclass(frozen=True)
class Fix(Generic[S, C]):
    """One thing that staff can put right; S is what it is about, C the command of its operation.

    What `load` reads is what `initial`, `parse` and `choices` are given: the subject itself unless it says otherwise.
    """

    id: str
    """Its number in the specification; empty for a change whose own events keep the reason."""
    slug: str
    title: str
    parse: Callable[[Form, Any], C]
    run: Callable[[C, Actor, date], Awaitable[object]]
    template: str = FIELDS
    """What its form asks; unless it says otherwise, its `fields`."""
    possible: Callable[[S], str] = lambda _: ""
    """Why it cannot be done here; empty when it can, and is offered."""
    initial: Callable[[Any], Mapping[str, str]] = lambda _: {}
    choices: Callable[[Any], Mapping[str, Mapping[str, str]]] = lambda _: {}
    """Field -> value -> words."""
    load: Callable[[S, Circumstances], Awaitable[Any]] = _itself
    """Reads more than the subject tells; raises NotPossible."""
    done: str = ""
    """What the page that it leads back to says once it is done."""
    fields: tuple[Field, ...] = ()
    """What its form asks, in this order."""
    may_hold: bool = True
    """Whether its emails may be held back."""
    notes: Callable[[C], Awaitable[tuple[str, ...]]] | None = None
    """What the check page says besides: what is touched that no event names."""
    answer: Callable[[Request[Any, Any, Any], Any], Response[str]] | None = None
    """The page of what its operation returned, when that is shown once and only then."""
    record_field: str = ""
    """The field that says which record of the subject it is about; its card offers the fix with it."""
    records: Callable[[S], Collection[str]] = lambda _: ()
    """The values of that field, one for each record that offers the fix."""
    given: Callable[[Any, Mapping[str, str]], Mapping[str, str]] = lambda _facts, _chosen: {}
    """What else the form shows once the address has chosen something."""
    others: Callable[[C], Awaitable[tuple[TeacherId, ...]]] | None = None
    """Whom it changes besides its subject: what happens to them meanwhile counts as well (ADM-1.4)."""

    def __post_init__(self) -> None:
        can_be_done(self.mark, self.title, self.done)

    @property
    def mark(self) -> str:
        """How an address says that it is done; slugs of fixes are all different, those of other changes are not."""
        return self.slug if self.id else f"changed-{self.slug}"

    @property
    def many(self) -> tuple[str, ...]:
        """Return the fields whose values are all kept, one a line."""
        return tuple(each.name for each in self.fields if each.kind == "checkboxes")


@dataclass(frozen=True)
class Field:
    """One question of a form: `kind` names the macro of `components/fields.html` that shows it."""

    name: str
    label: str
    kind: Literal["text", "name", "email", "textarea", "radios", "checkboxes", "date", "select", "hidden"] = "text"
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
class _Asked(Generic[S, C]):
    """A fix somebody asks for: of what, by which facts, and which page it leads back to (ADM-6.1)."""

    fix: Fix[S, C]
    target: Target[S]
    facts: Any
    back: str
    seen: Seen

    @property
    def address(self) -> str:
        """Where its form is."""
        form = self.target.form or f"{self.target.path}/fixes/{self.fix.slug}"
        return form_address(form, self.back, self.target.path)


async def show(request: Request[Any, Any, Any], fix: Fix[S, Any], target: Target[S]) -> Response[str]:
    """Answer the form of a fix, or why there is none."""
    seen = str(await newest_event())
    try:
        asked = await _asked(request, fix, target, read_query(request))
    except NotPossible as not_possible:
        return _no_form(request, fix, target, read_query(request), not_possible)
    chosen = chosen_in(read_query(request), fix.choices(asked.facts))
    values = {**fix.initial(asked.facts), **chosen, **fix.given(asked.facts, chosen), "seen": seen}
    return _form(request, asked, values, {})


async def submit(request: Request[Any, Any, Any], fix: Fix[S, C], target: Target[S]) -> Response[str]:
    """Check what was entered and show what would happen; once confirmed, do it and lead back (ADM-1.3)."""
    form = await read_form(request, fix.many)
    try:
        if form.get("confirm") == "yes":
            await _seen(target, form).demand_once()
        return await _submitted(request, fix, target, form)
    except DoneAlready:
        return redirect(request, done_at(came_from(form, target.path), fix.mark))


async def _submitted(request: Request[Any, Any, Any], fix: Fix[S, C], target: Target[S], form: Form) -> Response[str]:
    try:
        asked = await _asked(request, fix, target, form)
    except NotPossible as not_possible:
        return _no_form(request, fix, target, form, not_possible)
    try:
        return await _entered(request, asked, form)
    except ChangedMeanwhile as late:
        return _form(request, asked, {**form, "seen": str(late.changed[0].id)}, {}, late.changed)
    except Invalid as invalid:
        return _form(request, asked, form, invalid.errors)
    except Refused as refused:
        held = {"record": form.get("email", "")} if refused.code == "email_in_use" else {}
        details = {**held, **refused.details}
        return _form(request, asked, form, beside(refused, form, fix.choices(asked.facts)), details=details)


def _seen(target: Target[Any], given: Mapping[str, str]) -> Seen:
    return Seen.of(target.whose, given.get("seen", ""), given.get(FORM_ID, ""))


async def _entered(request: Request[Any, Any, Any], asked: _Asked[S, C], form: Form) -> Response[str]:
    await asked.seen.demand()
    if wants_change(form):
        return _form(request, asked, form, {})
    try:
        command, reason = parse_both(lambda: asked.fix.parse(form, asked.facts), lambda: parse_reason(form))
    except ShowAgain as again:
        return _form(request, asked, {**form, **again.values}, {})
    if asked.fix.others is not None:
        asked = replace(asked, seen=asked.seen.with_people(await asked.fix.others(command)))
        await asked.seen.demand()
    return await _check_or_apply(request, asked, form, command, reason)


async def _asked(
    request: Request[Any, Any, Any], fix: Fix[S, C], target: Target[S], given: Mapping[str, str]
) -> _Asked[S, C]:
    why_not = fix.possible(target.subject)
    if why_not:
        raise NotPossible(why_not)
    seen = _seen(target, given)
    asked = _Asked(fix, target, None, came_from(given, target.path), seen)
    circumstances = Circumstances(clock.today(), visit_of(request).standing.policy, asked.address, target.path, given)
    return replace(asked, facts=await fix.load(target.subject, circumstances))


async def _check_or_apply(
    request: Request[Any, Any, Any], asked: _Asked[S, C], form: Form, command: C, reason: Reason
) -> Response[str]:
    fix, target, actor = asked.fix, asked.target, staff_of(request).actor

    async def run() -> object:
        return await fix.run(command, actor, clock.today())

    if form.get("confirm") != "yes":
        effect = await try_out(run)
        if not effect.touched:
            control = first_asked(fix.fields, form, (*NOT_KEPT, fix.record_field))
            raise Invalid({control: "This would change nothing: it is recorded like this already"})
        kept = {name: value for name, value in form.items() if name not in NOT_KEPT}
        fields = {**kept, FORM_ID: token_hex(8)}
        notes = await fix.notes(command) if fix.notes else ()
        entered = entered_in(fix.fields, fix.choices(asked.facts), form)
        shown = FixCheckPage(fix.title, target.name, fields, effect, reason, fix.may_hold, fix.many, notes, entered)
        return page(request, "console/fix-check.html", shown)
    held = held_back(await read_form_lists(request)) if fix.may_hold else frozenset[str]()
    if fix.id:
        await apply_fix(ApplyFix(fix.id, fix.title, target.about, reason, held), run, actor, asked.seen)
    else:
        done = await apply_change(run, reason, held, asked.seen)
        if fix.answer is not None:
            return fix.answer(request, done)
    return redirect(request, done_at(asked.back, fix.mark))


def held_back(fields: Mapping[str, list[str]]) -> frozenset[str]:
    """Return the emails whose box was unticked."""
    return frozenset(fields.get("mail", [])) - frozenset(fields.get("send", []))


def without_day(operation: Callable[[C, Actor], Awaitable[object]]) -> Callable[[C, Actor, date], Awaitable[object]]:
    """Return an operation that does not depend on the day as one that a fix can run."""

    async def run(command: C, actor: Actor, _today: date) -> object:
        return await operation(command, actor)

    return run


def by_slug(*fixes: Fix[S, Any]) -> dict[str, Fix[S, Any]]:
    """Return fixes by how addresses name them, in this order."""
    return {fix.slug: fix for fix in fixes}


def find(fixes: Mapping[str, Fix[S, Any]], slug: str) -> Fix[S, Any]:
    """Return the fix of an address; raises NotFoundException for one that there is not."""
    if slug not in fixes:
        raise NotFoundException
    return fixes[slug]


def _form(  # noqa: PLR0917 - what a form shows
    request: Request[Any, Any, Any],
    asked: _Asked[S, Any],
    values: Mapping[str, str],
    errors: Mapping[str, str],
    changed: tuple[Happening, ...] = (),
    details: Mapping[str, Any] = NOTHING,
) -> Response[str]:
    fix = asked.fix
    shown = FixPage(
        title=fix.title,
        template=fix.template,
        name=asked.target.name,
        back=asked.back,
        values=values,
        errors=errors,
        choices=fix.choices(asked.facts),
        fields=fix.fields,
        changed=changed,
        in_the_way=details.get("record", ""),
        conflicts=details.get("conflicts", ()),
        notification=done_here(request),
    )
    return page(request, "console/fix.html", shown, status=409 if changed else 422 if errors else 200)


def _no_form(
    request: Request[Any, Any, Any], fix: Fix[S, Any], target: Target[S], given: Mapping[str, str], why: NotPossible
) -> Response[str]:
    shown = FixPage(
        title=fix.title,
        template=fix.template,
        name=target.name,
        back=came_from(given, target.path),
        values={},
        errors={},
        choices={},
        not_possible=why.why,
        instead=why.instead,
        notification=done_here(request),
    )
    return page(request, "console/fix.html", shown)
