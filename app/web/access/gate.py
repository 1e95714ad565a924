"""What the public pages of email sign-in share: whether it is on, its limits, and pages that carry a token."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from litestar.exceptions import NotFoundException

from app.access.methods import paused_methods
from app.access.sign_in import EMAIL_LINK
from app.web import limits
from app.web.errors import too_many
from app.web.gates import Instead
from app.web.page import page, redirect

if TYPE_CHECKING:
    from litestar import Request, Response

    AnyRequest = Request[Any, Any, Any]

PRIVATE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
"""The headers of every page whose address lets somebody in (access, section 17)."""
MINUTES = timedelta(minutes=5)
UNKNOWN_TOKENS = 20


async def only_while_on(request: AnyRequest) -> None:
    """Raise Instead with the sign-in page while the method is paused (ACC-2.5); not found where it is off."""
    if EMAIL_LINK not in request.app.state.settings.methods:
        raise NotFoundException
    if EMAIL_LINK in await paused_methods():
        raise Instead(redirect(request, "/sign-in"))


async def count_try(request: AnyRequest, email: str = "") -> None:
    """Count one post that asks to sign in or tries a code, of the address and of the email typed (ACC-16.1).

    Raises Instead with a 429 beyond either limit.
    """
    wait = await limits.sign_in_wait(request.scope, request.app.state.settings, email)
    if wait:
        raise Instead(too_many(request, wait))


async def count_request(request: AnyRequest, kind: str, most: int, window: timedelta) -> None:
    """Count one request of the client's address; raises Instead with a 429 beyond the limit."""
    wait = await limits.count_address(kind, request.scope, request.app.state.settings, most, window)
    if wait:
        raise Instead(too_many(request, wait))


async def unknown_link(request: AnyRequest, context: object) -> Response[str]:
    """Answer a link that was never ours, or 429 for somebody who tries many (ACC-16.1)."""
    await count_request(request, "token", UNKNOWN_TOKENS, MINUTES)
    return page(request, "public/access/link-ended.html", context, status=404, headers=PRIVATE)


def private_redirect(request: AnyRequest, path: str) -> Response[str]:
    """Answer a redirect from a page whose address lets somebody in."""
    answer = redirect(request, path)
    answer.headers.update(PRIVATE)
    return answer
