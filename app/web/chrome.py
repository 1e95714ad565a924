"""What the layout shows around a page, worked out from who is asking (G-12, G-13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.web.page import CONSOLE_NAVIGATION, FOOTER, NAVIGATION, SCHOOL_FOOTER, Chrome

if TYPE_CHECKING:
    from app.settings import Settings
    from app.web.policies import Policy
    from app.web.session import Visit


def chrome_for(visit: Visit, policy: Policy, settings: Settings) -> Chrome:
    """Return the frame of every page of this request."""
    visitor, standing = visit.visitor, visit.standing
    session, user, school = visitor.session, visitor.user, visitor.school
    signed_in = session is not None and user is not None
    usable = school is not None and standing.access.reason is None
    staff = user is not None and user.audience == "staff"
    return Chrome(
        brand=settings.brand,
        csrf_token=visit.csrf_token,
        school_mark=visit.school_mark,
        signed_in=signed_in,
        user_name=user.name if user else "",
        school_name=school.name if school else "",
        several_schools=visitor.open_schools + visitor.unchecked_schools > 1,
        unread_notices=visitor.unread_notices,
        show_navigation=staff or (usable and standing.tutor_gate is None),
        navigation=CONSOLE_NAVIGATION if staff else NAVIGATION,
        active_nav=policy.nav,
        footer=SCHOOL_FOOTER if usable else FOOTER,
        support_email=standing.policy.support_email,
        closed_window=visitor.closure.message if visitor.closure and usable else "",
        clock=clock.now() if clock.is_moved() else None,
        test_sign_in=session is not None and session.method == "personas",
        session_ends_at=session.ends_at if session and signed_in else None,
        session_absolute_ends_at=session.absolute_expires_at if session and signed_in else None,
    )
