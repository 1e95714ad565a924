"""Every route that is not open to everybody answers each role as the matrix in docs/security.md says (ACC-15)."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.access.create_api_token import CreateAPIToken, create_api_token
from app.terms import Actor, ActorKind, LeadProviderId
from app.web.policies import routes_with_policies
from tests import factories
from tests.architecture.test_security import plain, rows
from tests.cast import TODAY, cast, sign_in

if TYPE_CHECKING:
    import httpx

    from tests.cast import Cast
    from tests.web.conftest import Browser

ROLES = ("visitor", "school", "viewer", "support", "data", "manager", "token")
OPERATOR = Actor(ActorKind.OPERATOR, "An operator")
OPEN_TO_EVERYBODY = {"anyone", "file"}
MATRIX = {plain(row[0]): dict(zip(ROLES, row[1:], strict=True)) for row in rows("Who may call what", 8)[1:]}


def row_of(method: str, path: str) -> str | None:
    """Return the most exact row for a route: one with its method, then the longest address."""
    asked = (f"{method} {path}", path)
    found = [name for name in MATRIX if any(fnmatchcase(one, name) for one in asked)]
    return max(found, key=lambda name: (" " in name, len(name)), default=None)


def routes(app: Any) -> list[tuple[str, str]]:
    """Return method and path of every route that is not for everybody; what ends sessions comes last."""
    found = {
        (method, path)
        for path, method, policy in routes_with_policies(app)
        if method != "HEAD" and policy.audience not in OPEN_TO_EVERYBODY
    }
    return sorted(found, key=lambda route: (route[1] == "/sessions/end", route[1], route[0]))


def test_every_route_has_a_row_and_every_row_a_route(app: Any) -> None:
    named = {route: row_of(*route) for route in routes(app)}
    assert {route for route, row in named.items() if row is None} == set()
    assert set(MATRIX) == set(named.values())


def letter(answer: httpx.Response) -> str:
    """Return how a request was received, by the letters of the matrix."""
    if answer.status_code == 401 or answer.status_code >= 500:
        return str(answer.status_code)
    if answer.status_code == 403:
        return "F"
    where = answer.headers.get("location", "")
    return "S" if answer.status_code == 303 and where.partition("?")[0].endswith("/sign-in") else "W"


async def come_as(client: Browser, role: str, people: Cast) -> None:
    if role == "school":
        await sign_in(client, people.alice, people.ash)
    elif role == "token":
        made = await create_api_token(CreateAPIToken(LeadProviderId((await factories.lead_provider()).id)), OPERATOR)
        client.client.headers["Authorization"] = f"Bearer {made.token}"
    elif role != "visitor":
        client.client.headers["X-With-Server-Date"] = TODAY
        await client.sign_in_as_staff(role)


@pytest.mark.rule("SEC-30", "ACC-14.5", "ACC-15.1")
@pytest.mark.parametrize("role", ROLES)
async def test_every_route_answers_each_role_as_the_matrix_says(client: Browser, app: Any, role: str) -> None:
    await come_as(client, role, await cast())
    await client.get("/support")
    hidden, wrong = client.hidden(), {}
    for method, path in routes(app):
        wanted = MATRIX[row_of(method, path) or ""][role]
        asked = re.sub(r"\{\w+\}", str(uuid4()), path)
        answer = await client.client.request(method, asked, data=None if method == "GET" else hidden)
        if letter(answer) != wanted:
            wrong[f"{method} {path}"] = f"{letter(answer)} ({answer.status_code}), not {wanted}"
    assert wrong == {}
