"""Every route says who may call it; one that does not keeps the application from starting (ACC-14.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import pytest
from litestar import asgi, get

from app.asgi import create_app
from app.settings import Settings
from app.web.policies import Policy, PolicyMissing, policy_of, public_page, routes_with_policies
from tests.cli.conftest import NOTIFY

if TYPE_CHECKING:
    from litestar import Litestar
    from litestar.types import HTTPScope, Receive, Send

RECEIPTS = "/webhooks/notify/receipt"
"""Its bearer token stands for everything else (NOT-2.7)."""
OPT_OUT = "/school/opt-out-of-reminder-emails"
"""Its signed link stands for a session and for a form token (OP-01)."""
BY_EMAIL = {
    "/access/{token}",
    "/access/{token}/{step}",
    "/request-access",
    "/request-access/sent",
    "/sign-in/email",
    "/sign-in/link/{token}",
    "/your-details/confirm/{token}",
}
"""Asking for access and signing in by email (access, sections 5 and 6)."""
DEVELOPERS = {
    "/api/docs/v3",
    "/api/guidance",
    "/api/guidance/release-notes",
    "/api/guidance/release-notes/{slug}",
    "/api/guidance/{slug}",
}
"""Pages for whoever writes programs for lead providers (API-24)."""
FOR_ANYONE = {
    *BY_EMAIL,
    *DEVELOPERS,
    "/",
    "/-/not-found",
    "/accessibility",
    "/clock",
    "/clock/run-due",
    "/cookies",
    "/dev/mailbox",
    "/dev/mailbox.json",
    "/dev/mailbox/clear",
    "/dev/mailbox/{mail}",
    "/guidance",
    "/no-school",
    "/personas",
    "/privacy",
    "/sign-in",
    "/sign-in/dfe",
    "/sign-in/dfe/callback",
    "/sign-out",
    "/signed-out",
    "/staff/sign-in",
    "/staff/sign-in/code",
    "/staff/sign-in/dfe",
    "/staff/sign-in/email",
    "/feedback",
    OPT_OUT,
    RECEIPTS,
    "/calendar/{name}",
    "/support",
}
"""What a visitor who is not signed in may call; whoever adds to it has thought about it."""
DOCUMENTS = {
    "/api/docs/v3/openapi.json",
    "/api/docs/v3/openapi.yaml",
    "/api/docs/v3/swagger.yaml",
    "/api/guidance/release-notes.atom",
}
FILES = DOCUMENTS | {
    "/.well-known/security.txt",
    "/health/deps",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/robots.txt",
    "/static/{name}",
}
WITHOUT_TOKEN = {OPT_OUT, RECEIPTS, "/-/not-found", "/personas", "/health/live"}
"""What may be posted without a form token (contract, section 4); the last answers that it takes nothing."""
ONLY_OUTSIDE_PRODUCTION = {"/clock", "/clock/run-due", "/personas", "/dev/mailbox", "/dev/mailbox.json"}


def app_for(**settings: Any) -> Litestar:
    return create_app(Settings(**{"environment": "test"} | settings), trs=cast("Any", None))


def routes(app: Litestar) -> list[tuple[str, str, Policy]]:
    return list(routes_with_policies(app))


@pytest.mark.rule("ACC-14.5")
def test_only_listed_routes_are_open_to_everybody() -> None:
    found = routes(app_for())
    assert {path for path, _, policy in found if policy.audience == "anyone"} == FOR_ANYONE
    assert {path for path, _, policy in found if policy.audience == "file"} == FILES
    programs = {path for path, _, policy in found if policy.audience == "program"}
    assert programs == {path for path, _, _ in found if path.startswith("/api/v3/")}


@pytest.mark.rule("ACC-14.5")
def test_every_page_below_school_is_for_school_users() -> None:
    below = [(path, policy.audience) for path, _, policy in routes(app_for()) if path.startswith("/school")]
    assert below
    assert {path for path, audience in below if audience != "school"} == {OPT_OUT}


@pytest.mark.rule("ACC-14.5")
def test_a_route_without_a_policy_keeps_the_application_from_starting() -> None:
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return ""

    with pytest.raises(PolicyMissing, match="declares no policy"):
        create_app(Settings(environment="test"), trs=cast("Any", None), more=[forgotten])
    with pytest.raises(PolicyMissing):
        policy_of(forgotten)


@pytest.mark.rule("ACC-14.5")
def test_an_application_that_passes_no_gate_can_only_be_a_file_route() -> None:
    @asgi("/bare", opt=public_page(), copy_scope=False)
    async def bare(scope: HTTPScope, receive: Receive, send: Send) -> None:
        pass

    with pytest.raises(PolicyMissing, match="passes no gate"):
        create_app(Settings(environment="test"), trs=cast("Any", None), more=[bare])


@pytest.mark.rule("ACC-17.3")
def test_whatever_is_posted_needs_a_form_token() -> None:
    posted = [(path, policy.csrf) for path, method, policy in routes(app_for()) if method not in {"GET", "HEAD"}]
    without = {path for path, csrf in posted if not csrf}
    assert {path for path in without if not path.startswith("/api/v3/")} == WITHOUT_TOKEN


def production() -> Litestar:
    return app_for(
        environment="production",
        database_url="postgresql://db.example/register",
        base_url="https://register.example",
        secret_key="s" * 64,
        allowed_hosts="register.example",
        sign_in_methods="email_link,staff_code",
        trs_base_url="https://trs.example",
        trs_api_key="key",
        gias_source="files",
        **{name.lower(): value for name, value in NOTIFY.items()},
    )


@pytest.mark.rule("GEN-01")
@pytest.mark.rule("ACC-8.1")
@pytest.mark.rule("OPS-14")
def test_what_is_only_for_trying_out_does_not_exist_in_production() -> None:
    there = {path for path, _, _ in routes(production())}
    assert there & ONLY_OUTSIDE_PRODUCTION == set()
    assert {path for path, _, _ in routes(app_for())} >= ONLY_OUTSIDE_PRODUCTION


@pytest.mark.rule("TRP-8")
def test_no_address_that_is_only_posted_to_hides_a_page_of_a_more_general_one() -> None:
    methods: dict[str, set[str]] = {}
    for path, method, policy in routes(app_for()):
        if policy.audience != "program":  # whose ids are no words
            methods.setdefault(path, set()).add(method)
    pages = [re.sub(r"\{\w+\}", "[^/]+", path) for path, answers in methods.items() if "GET" in answers]
    posted = [path for path, answers in methods.items() if "GET" not in answers]
    hidden = {path for path in posted if any(re.fullmatch(page, path) for page in pages)}
    assert hidden == {"/dev/mailbox/clear"}  # where ids are numbers
