"""What the layout shows around a page, worked out from who is asking (G-12, G-13)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app import clock
from app.web.page import CONSOLE_NAVIGATION, FOOTER, NAVIGATION, SCHOOL_FOOTER, Acting, Chrome
from app.web.policies import policy_of
from app.web.session import visit_of

if TYPE_CHECKING:
    from litestar import Request

    from app.access.notices_in_force import Banner
    from app.access.queries import Visitor
    from app.settings import Settings
    from app.web.policies import Policy
    from app.web.session import Visit


def chrome_for(visit: Visit, policy: Policy, settings: Settings) -> Chrome:
    """Return the frame of every page of this request."""
    visitor, standing = visit.visitor, visit.standing
    session, user, school = visitor.session, visitor.user, visitor.school
    signed_in = session is not None and user is not None
    usable = school is not None and (visitor.acts or standing.access.reason is None)
    console = user is not None and user.audience == "staff" and not visitor.acts
    return Chrome(
        brand=settings.brand,
        csrf_token=visit.csrf_token,
        school_mark=visit.school_mark,
        signed_in=signed_in,
        user_name=user.name if user else "",
        school_name=school.name if school else "",
        several_schools=visitor.open_schools + visitor.unchecked_schools > 1,
        unread_notices=visitor.unread_notices,
        show_navigation=console or (usable and (visitor.acts or standing.tutor_gate is None)),
        navigation=CONSOLE_NAVIGATION if console else NAVIGATION,
        active_nav=policy.nav,
        footer=SCHOOL_FOOTER if usable else FOOTER,
        support_email=standing.policy.support_email,
        closed_window=visitor.closure.message if visitor.closure and usable else "",
        service_banner=_banner(visit),
        clock=clock.now() if clock.is_moved() else None,
        test_sign_in=session is not None and session.method == "personas",
        read_only=policy.audience == "school" and not visitor.may_change(clock.now()),
        acting=_acting(visitor),
        session_ends_at=session.ends_at if session and signed_in else None,
        session_absolute_ends_at=session.absolute_expires_at if session and signed_in else None,
    )


def dress(request: Request[Any, Any, Any]) -> None:
    """Put what makes the frame where `page()` looks for it; again after the visitor has become another.

    Half of all requests are answered without a page, so it is only made for one.
    """
    policy = policy_of(request.route_handler)
    request.scope["state"]["chrome"] = partial(chrome_for, visit_of(request), policy, request.app.state.settings)


def _banner(visit: Visit) -> Banner | None:
    user, banner = visit.visitor.user, visit.notices.banner
    return banner if banner is not None and banner.is_shown(user.audience if user else "", clock.now()) else None


def _acting(visitor: Visitor) -> Acting | None:
    if visitor.school is None or visitor.session is None or visitor.session.acting_until is None:
        return None
    elevated = visitor.session.elevated_until if visitor.may_change(clock.now()) else None
    return Acting(visitor.school.name, visitor.school.urn, visitor.session.acting_until, elevated)
