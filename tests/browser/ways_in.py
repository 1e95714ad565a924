"""The states of the pages on the way in that only a link, a pause or DfE Sign-in leads to, for a browser to look at."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app import clock
from app.access.methods import PAUSED
from app.access.one_time import Purpose, Wanted, make, use
from app.db.engine import fetch
from app.terms import SchoolId
from app.web.dfe_endings import Ending
from tests import factories
from tests.browser.states import PART, Seen, State, go_through, shown, visitors
from tests.cast import TODAY
from tests.web.sample import client as sample

if TYPE_CHECKING:
    from tests.web.conftest import Browser

LINKS = {
    Purpose.SIGN_IN: "/sign-in/link/{}",
    Purpose.NOMINATION: "/access/{}",
    Purpose.NEW_EMAIL: "/your-details/confirm/{}",
}
ENDINGS = (Ending.PROVIDER_DOWN, Ending.UNKNOWN_SCHOOL, Ending.NO_ROLE)
"""Without a link, with what is known of a school, and with the longest heading; the others are of the same parts."""
DAY = timedelta(days=1)
PAUSES = {"email_link": "Links by email come back on Monday.", "staff_code": "Ask your manager how to get in."}


async def ways_in(app: Any) -> list[State]:
    """Return those states: links open, used and over, methods paused, and attempts at DfE Sign-in that ended."""
    seen = Seen()
    async for visitor in visitors(app):
        await links(visitor, seen)
        await paused(visitor, seen)
    async with sample() as browser:
        for ending in ENDINGS:
            path = f"/dfe-sign-in/{ending.value}"
            seen.keep(State(path, "ended", await browser.get(path), await browser.get(path, headers=PART)))
    return seen.states


async def links(visitor: Browser, seen: Seen) -> None:
    """Look at each kind of link while it can be used, and when it can no longer."""
    school = await factories.school("100010", "St Bartholomew-the-Great’s Church of England Voluntary Aided School")
    user = await factories.user("Ursula Underwood-Featherstonehaugh", "ursula@underwood.example")
    for purpose, path in LINKS.items():
        about = {"school_id": SchoolId(school.id), "user_id": user.id, "new_email": "ursula.new@underwood.example"}
        with clock.at(datetime.fromisoformat(TODAY)):
            made = [await make(Wanted(purpose=purpose, subject="u", life=DAY, link=True, **about)) for _ in range(3)]
            await use(made[1].id)
            await fetch("UPDATE one_time_secret SET void_at = created_at WHERE id = $1", made[2].id)
        for kind, link in zip(("open", "used", "over"), made, strict=True):
            if purpose is Purpose.NOMINATION or kind == "open":  # the others end alike
                seen.keep(await shown(visitor, path.format(link.token), kind))
        if purpose is Purpose.NOMINATION:
            await go_through(visitor, seen, path.format(made[0].token))


async def paused(visitor: Browser, seen: Seen) -> None:
    """Look at the ways in while staff have paused them (ACC-2.5)."""
    await factories.insert("service_setting", key=PAUSED, value=json.dumps(PAUSES))
    for path in ("/sign-in", "/staff/sign-in", "/sign-in/email", "/request-access"):
        seen.keep(await shown(visitor, path, "paused"))
