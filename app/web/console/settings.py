"""The settings of rules, section 21: what is in force, and the form of each (ADM-10.1, ADM-10.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.access.change_setting import ChangeSetting, change_setting
from app.access.service_settings import stored_settings
from app.console.timeline import Whose
from app.events.record import About
from app.policy import MEANINGS, Policy, called, words_of
from app.terms import DeferralReason
from app.web.console import fixes
from app.web.console.asking import may
from app.web.console.done import done_here
from app.web.console.fixes import Field, Fix, Target, without_day
from app.web.console.setting_values import KINDS, YES_NO, hint_of, stored_of
from app.web.page import page
from app.web.policies import staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.values import Form
    from app.web.console.done import Notification

PATH = "/admin/settings"
REASONS = {reason.value: reason.words for reason in DeferralReason}
LONG = {"tuple[Term, ...]", "tuple[str, ...]", "frozenset[int]", "Mapping[int, str]", "Mapping[str, str]"}


@dataclass(frozen=True)
class Setting:
    """A setting with its value and the default, as they are typed."""

    key: str
    value: str
    default: str

    @property
    def name(self) -> str:
        """Return what it is called in words."""
        words = called(self.key)
        return words[:1].upper() + words[1:]

    @property
    def meaning(self) -> str:
        """Return what it does."""
        return MEANINGS[self.key]

    @property
    def address(self) -> str:
        """Return the last part of the address of its form."""
        return self.key.replace("_", "-")


@dataclass(frozen=True)
class SettingsPage:
    """Every setting."""

    settings: tuple[Setting, ...]
    may_change: bool
    notification: Notification | None


def _field(key: str) -> Field:
    label, hint = called(key)[:1].upper() + called(key)[1:], MEANINGS[key]
    if KINDS[key] == "bool":
        return Field("value", label, "radios", hint)
    if KINDS[key] == "frozenset[DeferralReason]":
        return Field("value", label, "checkboxes", hint)
    if key == "support_email":
        return Field("value", label, "email", hint)
    return Field(
        "value", label, "textarea" if KINDS[key] in LONG else "text", ". ".join(filter(None, (hint, hint_of(key))))
    )


def _changed(form: Form, setting: Setting) -> ChangeSetting:
    if form.get("value", "").replace("\r\n", "\n").strip() == setting.default:
        return ChangeSetting(setting.key, None)
    return ChangeSetting(setting.key, stored_of(setting.key, form.get("value", "")))


def _fix(key: str) -> Fix[Setting, ChangeSetting]:
    options = YES_NO if KINDS[key] == "bool" else REASONS if KINDS[key] == "frozenset[DeferralReason]" else {}
    return Fix(
        "",
        f"setting-{key.replace('_', '-')}",
        f"Change the setting “{called(key)}”",
        initial=lambda setting: {"value": setting.value},
        parse=_changed,
        run=without_day(change_setting),
        choices=lambda _: {"value": options},
        fields=(_field(key),),
    )


FIXES: Mapping[str, Fix[Setting, ChangeSetting]] = {key.replace("_", "-"): _fix(key) for key in KINDS}


@get(PATH, opt=staff_page(nav="settings"))
async def overview(request: Request[Any, Any, Any]) -> Response[str]:
    """List every setting with its value and its default."""
    may_change = may(request, "data")
    return page(request, "console/settings.html", SettingsPage(await _settings(), may_change, done_here(request)))


@get(f"{PATH}/{{key:str}}", opt=staff_page("data", nav="settings"))
async def show(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[str]:
    """Show the form of a setting."""
    return await fixes.show(request, fixes.find(FIXES, key), await _target(key))


@post(f"{PATH}/{{key:str}}", opt=staff_page("data", nav="settings"), status_code=200)
async def submit(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[str]:
    """Check the new value, or store it once it is confirmed."""
    return await fixes.submit(request, fixes.find(FIXES, key), await _target(key))


async def _settings() -> tuple[Setting, ...]:
    default, in_force = Policy(), Policy.from_rows(await stored_settings())
    return tuple(Setting(key, words_of(getattr(in_force, key)), words_of(getattr(default, key))) for key in KINDS)


async def _target(address: str) -> Target[Setting]:
    for setting in await _settings():
        if setting.address == address:
            whose = Whose(facts={"key": setting.key})
            return Target(setting, setting.name, PATH, About(), whose, f"{PATH}/{address}")
    raise NotFoundException


HANDLERS = [overview, show, submit]
