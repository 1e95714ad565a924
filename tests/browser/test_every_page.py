"""Every state of every page in Chromium: swapped in and loaded whole, wide and narrow, with scripts and without.

What the pages are is found in `states`; how they are looked at is in `looking`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import scores
from tests.browser.looking import look_at
from tests.browser.markup import faults
from tests.browser.states import every_state
from tests.browser.ways_in import ways_in
from tests.web.conftest import app_settings, client, handlers  # noqa: F401 - fixtures
from tests.web.test_forms_forged import app  # noqa: F401 - fixture

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium

    from tests.web.conftest import Browser


@pytest.mark.long
@pytest.mark.rule(
    "QUA-2.1", "QUA-2.2", "HTX-1", "HTX-10", "AX-3", "AX-4", "AX-6", "AX-7", "AX-8", "AX-9", "AX-10", "AX-13"
)
@pytest.mark.rule("AX-12", "AX-14", "AX-15", "AX-16", "AX-28", "AX-30", "GDS-3", "HTX-6")
@pytest.mark.rule(
    "HTX-4", "AX-17", "AX-18", "AX-20", "AX-23", "AX-27", "AX-29", "AX-31", "GDS-1", "GDS-9", "GDS-13", "GDS-20"
)
async def test_every_state_of_every_page_holds(client: Browser, app: Any, chromium: Chromium) -> None:
    states = [*await every_state(client, app), *await ways_in(app)]
    assert len({state.name for state in states}) >= 200
    findings = await look_at(states, chromium)
    scores.note("page-states", len({state.name for state in states}))
    scores.note("axe-findings", len(findings.found))
    assert [*faults(states), *findings.found] == [], str(findings)
