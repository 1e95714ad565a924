"""What people see of the `dfe-sign-in` stand-in: who to be, for which organisation, and refusals."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

from app.stand_ins.server import Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.stand_ins.dfe_file import User

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title} - stand-in for DfE Sign-in</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""


def users(everybody: Iterable[User], wanted: Mapping[str, str]) -> Said:
    """Ask who signs in."""
    names = [(user.sub, f"{user.given_name} {user.family_name} ({user.email})") for user in everybody]
    return _choice("Who are you?", wanted, "stand_in_user", names)


def organisations(user: User, wanted: Mapping[str, str]) -> Said:
    """Ask which of their organisations somebody signs in for."""
    names = [(one.id, one.name) for one in user.organisations]
    chosen = {**wanted, "stand_in_user": user.sub}
    return _choice("Which organisation?", chosen, "stand_in_organisation", names)


def refusal(why: str) -> Said:
    """Say why nobody is sent anywhere."""
    return _html(HTTPStatus.BAD_REQUEST, "This does not work", f"<p>{escape(why)}</p>")


def _choice(title: str, wanted: Mapping[str, str], name: str, options: Iterable[tuple[str, str]]) -> Said:
    hidden = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">'
        for key, value in wanted.items()
        if key != name
    )
    buttons = "".join(
        f'<p><button name="{name}" value="{escape(value)}">{escape(text)}</button></p>' for value, text in options
    )
    return _html(HTTPStatus.OK, title, f'<form method="get" action="/auth">{hidden}{buttons}</form>')


def _html(status: int, title: str, body: str) -> Said:
    page = _PAGE.format(title=escape(title), body=body)
    return Said(status, page.encode(), "text/html; charset=utf-8")
