"""Jinja: one environment, strict about undefined names in our templates, and the GOV.UK macros made cheap.

Owns how a template is found and rendered and how dates and years are written. Must not know requests,
sessions or tables: what a page shows is given to it.
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    Undefined,
    UndefinedError,
    pass_context,
)
from markupsafe import Markup, escape

from app import assets
from app.clock import LONDON
from app.inlining.environment import Environment
from app.inlining.programs import Programs
from app.settings import settings

if TYPE_CHECKING:
    from jinja2.runtime import Context

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
PROGRAMS = Path(__file__).resolve().parent / "__pycache__" / "templates"
LIBRARY = "govuk_frontend_jinja"
INLINE_SCRIPT = (
    "document.body.className += ' js-enabled' + "
    "('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '');"
)
"""The component library's one inline line; a test holds it to the installed file (ACC-17.1)."""

CSP_SCRIPT_HASH = "sha256-" + base64.b64encode(hashlib.sha256(INLINE_SCRIPT.encode()).digest()).decode()
"""For the Content-Security-Policy, without its quotation marks."""

_read_only: ContextVar[bool] = ContextVar("read_only", default=False)

KEPT = 500
"""So many pieces made by the library's macros are kept, the latest used ones: some are one school's, up to 10 kB."""

OF_ONE = frozenset({"panel"})
"""Components that say what was done for whom: they are never kept."""

TYPED = frozenset({"input", "date-input", "textarea", "password-input", "character-count", "file-upload"})
"""Components that repeat what somebody typed: with a value they are never kept."""

_LENIENT_NAMES = frozenset({"undefined", "null", "caller", "successBanner", "typeClass"})
_NONE_MEANS_NO = frozenset({"contentLicence"})
_NO_CALLER = "No caller defined"


class SemiStrict(Undefined):
    """A missing name or attribute is an error; a missing key of a mapping is just empty.

    The library's macros ask for keys that were not given, take `false` and `""` for an absent mapping, and use
    the exempt names.
    """

    def _is_lenient(self) -> bool:
        if self._undefined_hint and _NO_CALLER in self._undefined_hint:
            return True
        if isinstance(self._undefined_obj, Mapping | Undefined | bool) or self._undefined_obj == "":
            return True
        return self._undefined_name in _LENIENT_NAMES

    def _fail(self) -> NoReturn:
        self._fail_with_undefined_error()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if not self._is_lenient():
            self._fail()
        return SemiStrict(obj=self, name=name)

    __getitem__ = __getattr__

    def __str__(self) -> str:
        return "" if self._is_lenient() else self._fail()

    def __bool__(self) -> bool:
        return False if self._is_lenient() else self._fail()

    def __len__(self) -> int:
        return 0 if self._is_lenient() else self._fail()

    def __iter__(self) -> Iterator[Any]:
        return iter(()) if self._is_lenient() else self._fail()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Undefined) if self._is_lenient() else self._fail()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(type(self))


PAGE_DEFAULTS: Mapping[str, object] = {
    "back_form": None,
    "back_link": None,
    "back_text": "Back",
    "breadcrumbs": (),
    "caption": None,
    "errors": {},
    "notification": None,
    "title_detail": None,
    "wide": False,
}
"""What a page may set for the layout and need not."""


@cache
def environment() -> Environment:
    """Return the one environment, with every global and filter of the templates."""
    changing = settings().environment == "development"
    files = [path for path in TEMPLATES.rglob("*.html") if path.is_file()]
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), PrefixLoader({LIBRARY: PackageLoader(LIBRARY)})]),
        autoescape=True,
        undefined=SemiStrict,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=changing,
        bytecode_cache=None if changing else Programs(PROGRAMS, [Path(__file__), *files]),
        cache_size=-1,
    )
    made.globals |= {**PAGE_DEFAULTS, "asset": assets.asset, "csrf_input": csrf_input, "govuk": govuk}
    made.globals["is_read_only"] = _read_only.get
    made.globals["inline_script"] = Markup(INLINE_SCRIPT)  # noqa: S704 - our own constant
    made.filters |= {
        "academic_year": academic_year,
        "mid_sentence": mid_sentence,
        "gov_date": gov_date,
        "gov_datetime": gov_datetime,
        "gov_time": gov_time,
    }
    return made


def mid_sentence(label: str) -> str:
    """Return a label as it reads inside a sentence: without its capital, unless that belongs to an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def warm() -> None:
    """Compile every template now, so that the first visitor does not wait for it."""
    for name in environment().list_templates(filter_func=lambda name: name.endswith(".html")):
        environment().get_template(name)
    environment().forget_sources()


def render(template: str, context: Mapping[str, object]) -> str:
    """Render a template; raises UndefinedError for a name it uses and was not given."""
    return environment().get_template(template).render(context)


@contextmanager
def read_only() -> Iterator[None]:
    """Show buttons in what is rendered meanwhile, but not to be pressed (ADM-7.4)."""
    token = _read_only.set(True)
    try:
        yield
    finally:
        _read_only.reset(token)


def govuk(name: str, params: Mapping[str, object]) -> Markup:
    """Return a component of the library by its name ("date-input"); what it made before is reused.

    Keys whose value is None are left out, because the macros print or trip over them.
    """
    if name in OF_ONE or (name in TYPED and _has_value(params)):
        return _make(name, without_none(params))
    key = (name, repr(params))
    if key in _made:
        _made.move_to_end(key)
        return _made[key]
    made = _make(name, without_none(params))
    if tells_all(params):
        _made[key] = made
    if len(_made) > KEPT:
        _made.popitem(last=False)
    return made


def without_none(value: Any) -> Any:
    """Return the value without the None entries of its mappings, at any depth; in lists they keep their place."""
    if isinstance(value, Mapping):
        return {k: without_none(v) for k, v in value.items() if v is not None or k in _NONE_MEANS_NO}
    if isinstance(value, list | tuple):
        return [{} if item is None else without_none(item) for item in value]
    return value


def tells_all(value: object) -> bool:
    """Tell whether `repr` says everything about a value: text and Markup, 1 and True differ in it."""
    if isinstance(value, dict):
        return all(map(tells_all, value.values()))
    if isinstance(value, list | tuple):
        return all(map(tells_all, value))
    return value is None or type(value) in {str, Markup, bool, int} or isinstance(value, Undefined)


def csrf_hidden_fields(csrf_token: str, school_mark: str) -> Markup:
    """Return the two hidden fields of every form that posts (G-04)."""
    return Markup(  # noqa: S704 - both are escaped
        f'<input type="hidden" name="csrf_token" value="{escape(csrf_token)}">'
        f'<input type="hidden" name="school_mark" value="{escape(school_mark)}">'
    )


@pass_context
def csrf_input(context: Context) -> Markup:
    """Return the hidden fields for the visitor of the page being rendered."""
    chrome = context["chrome"]
    return csrf_hidden_fields(chrome.csrf_token, chrome.school_mark)


def gov_date(day: date) -> str:
    """Write "1 September 2025"; of a moment its day in London (G-09)."""
    if isinstance(day, datetime):
        day = day.astimezone(LONDON).date()
    return f"{day.day} {day:%B %Y}"


def gov_time(moment: datetime) -> str:
    """Write "5:05pm", "midday" or "midnight", in London."""
    there = moment.astimezone(LONDON)
    if (there.hour % 12, there.minute) == (0, 0):
        return "midday" if there.hour else "midnight"
    minutes = f":{there.minute:02}" if there.minute else ""
    return f"{there.hour % 12 or 12}{minutes}{'am' if there.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def gov_datetime(moment: datetime) -> str:
    """Write "1 September 2025 at 5:05pm", in London."""
    return f"{gov_date(moment)} at {gov_time(moment)}"


def academic_year(year: int) -> str:
    """Write "2025 to 2026" for 2025 (GEN-09)."""
    return f"{year} to {year + 1}"


def _make(name: str, params: Mapping[str, object]) -> Markup:
    macro = "govuk" + name.title().replace("-", "")
    module = environment().get_template(f"{LIBRARY}/components/{name}/macro.html").module
    return Markup(str(getattr(module, macro)(params)).strip())  # noqa: S704 - the macro escaped it


def _has_value(params: Mapping[str, Any]) -> bool:
    """Tell whether a component repeats what somebody typed: in its one box or in one of several."""
    return bool(params.get("value")) or any(item and item.get("value") for item in params.get("items") or ())


_made: OrderedDict[tuple[str, str], Markup] = OrderedDict()

__all__ = [
    "CSP_SCRIPT_HASH",
    "UndefinedError",
    "academic_year",
    "csrf_hidden_fields",
    "environment",
    "gov_date",
    "gov_datetime",
    "gov_time",
    "govuk",
    "render",
    "warm",
]
