"""Delivery receipts, posted by whoever sends our mail (NOT-2.7)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, post
from litestar.exceptions import NotAuthorizedException

from app.notices.results import note_receipt
from app.web.policies import public_page

if TYPE_CHECKING:
    from app.settings import Settings

PATH = "/webhooks/notify/receipt"


@post(PATH, opt=public_page(csrf=False), status_code=204)
async def take(request: Request[Any, Any, Any]) -> Response[None]:
    """Take a receipt; whatever else is posted with the right token is answered as well and changes nothing."""
    if not is_sender(request.headers.get("authorization", ""), request.app.state.settings):
        raise NotAuthorizedException
    receipt = request.app.state.read_receipt(await request.body())
    if receipt is not None:
        await note_receipt(receipt)
    return Response(None, status_code=204)


def is_sender(given: str, settings: Settings) -> bool:
    """Tell whether the header carries our token; never while none is set."""
    token = settings.notify_receipt_token
    expected = f"Bearer {token.get_secret_value()}" if token and token.get_secret_value() else ""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


HANDLERS = [take]
