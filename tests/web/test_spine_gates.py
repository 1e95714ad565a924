"""The gates of a school page, in their order (access, 9.10; journeys, G-02)."""

from __future__ import annotations

from datetime import date

import pytest
from litestar import get

from app.asgi import create_app
from app.db.engine import fetch
from app.settings import settings
from app.web.policies import Gate, Policy, PolicyMissing, routes_with_policies
from tests.web.conftest import Browser, NoTeachingRecords
from tests.web.probes import PROBES
from tests.web.world import make_closure, make_school, make_tutor, make_year

TODAY = {"X-With-Server-Date": "2025-10-06"}


@pytest.fixture
def handlers():
    return PROBES


OPT_OUT = "/school/opt-out-of-reminder-emails"


@pytest.mark.rule("ACC-14.5")
def test_a_route_without_a_policy_keeps_the_application_from_starting():
    @get("/open-door")
    async def open_door() -> None: ...

    with pytest.raises(PolicyMissing, match="/open-door"):
        create_app(settings(), trs=NoTeachingRecords(), more=[open_door])


@pytest.mark.rule("ACC-14.5")
def test_every_route_says_who_may_call_it(app):
    routes = list(routes_with_policies(app))
    assert all(isinstance(policy, Policy) for _, _, policy in routes)
    below = {path for path, _, policy in routes if path.startswith("/school/") and policy.audience != "school"}
    assert below == {OPT_OUT}  # its signed link stands for a session and a form token (OP-01)
    unprotected = {path for path, method, policy in routes if method == "POST" and not policy.csrf}
    programs = {path for path in unprotected if path.startswith("/api/v3/")}  # they send a token and no cookie
    assert unprotected - programs == {OPT_OUT, "/personas", "/-/not-found", "/webhooks/notify/receipt"}


@pytest.mark.rule("G-02")
@pytest.mark.rule("ACC-9.10")
def test_the_gates_stand_in_their_order():
    every = Policy("school", Gate.SCHOOL_LEVEL, gated=True, closes=True)
    assert list(every.gates) == sorted(Gate)
    assert Policy("school", Gate.SCHOOL_LEVEL).gates[-1] is Gate.SCHOOL_LEVEL


@pytest.mark.rule("G-02")
@pytest.mark.rule("ACC-9.10")
async def test_each_gate_gives_way_to_the_next(client: Browser):
    async def stopped_at():
        answer = await client.get("/school/closing", headers=TODAY)
        return answer.headers.get("location") or answer.status_code

    assert await stopped_at() == "/sign-in"
    await make_year(2025)
    school = await make_school(status_code=2)
    await client.sign_in(headers=TODAY, privacy_notice="unread")
    await fetch("UPDATE app_user SET active = false")
    assert await stopped_at() == 403
    await fetch("UPDATE app_user SET active = true")
    await client.sign_in(headers=TODAY, privacy_notice="unread")
    assert await stopped_at() == "/privacy-notice"
    await client.sign_in(headers=TODAY)
    await make_school("100002", name="Calder Bridge School")
    await client.sign_in("100002", headers=TODAY)
    await fetch("UPDATE session SET school_id = NULL")
    assert await stopped_at() == "/school/choose"
    await fetch("UPDATE session SET school_id = $1", school)
    assert await stopped_at() == "/school/access-denied"
    await fetch("UPDATE school SET status_code = 1")
    assert await stopped_at() == "/school/induction-tutor"
    await make_closure(date(2025, 10, 6), date(2025, 10, 6))
    assert await stopped_at() == "/school/induction-tutor"
    await make_tutor(school, 2025)
    assert await stopped_at() == "/school/registration-closed"
    await fetch("DELETE FROM registration_closure")
    assert await stopped_at() == 200


@pytest.mark.rule("IT-02")
@pytest.mark.rule("PRM-05")
async def test_only_gated_pages_wait_for_the_induction_tutor(client: Browser):
    await make_year(2025)
    await make_school()
    await client.sign_in(headers=TODAY)
    assert (await client.get("/school/probe", headers=TODAY)).status_code == 200
    assert 'aria-label="Menu"' not in client.page.text
    assert (await client.get("/school/gated?x=1", headers=TODAY)).headers["location"] == "/school/induction-tutor"
    (row,) = await fetch("SELECT return_path FROM session")
    assert row["return_path"] == "/school/gated?x=1"


@pytest.mark.rule("IT-01")
@pytest.mark.parametrize(
    ("today", "confirmed", "status"),
    [
        ("2025-10-06", None, 303),
        ("2025-10-06", 2024, 303),
        ("2025-10-06", 2025, 200),
        ("2026-05-31", 2025, 200),
        ("2026-06-01", 2025, 303),
        ("2030-01-01", None, 200),
    ],
)
async def test_the_induction_tutor_gate(client: Browser, today, confirmed, status):
    headers = {"X-With-Server-Date": today}
    await make_year(2025)
    await make_year(2026)
    await make_tutor(await make_school(), confirmed)
    await client.sign_in(headers=headers)
    assert (await client.get("/school/gated", headers=headers)).status_code == status


@pytest.mark.rule("PRM-04")
@pytest.mark.rule("CL-01")
@pytest.mark.rule("G-13")
@pytest.mark.parametrize(
    ("today", "shut"), [("2026-06-09", False), ("2026-06-10", True), ("2026-06-14", True), ("2026-06-15", False)]
)
async def test_the_closed_window_shuts_what_closes_and_says_so_everywhere(client: Browser, today, shut):
    headers = {"X-With-Server-Date": today}
    await make_closure(date(2026, 6, 10), date(2026, 6, 14), "We are getting ready.")
    await make_school()
    await client.sign_in(headers=headers)
    answer = await client.get("/school/closing", headers=headers)
    assert answer.headers.get("location") == ("/school/registration-closed" if shut else None)
    answer = await client.get("/school/probe", headers=headers)
    assert ('id="closed-window-banner"' in answer.text) is shut
    answer = await client.get("/school/registration-closed", headers=headers)
    if shut:
        assert "We are getting ready." in client.text()
        assert "15 June 2026" in client.text()
    else:
        assert answer.headers["location"] == "/school/home"


@pytest.mark.rule("ACC-9.11")
async def test_the_privacy_notice_is_accepted_once(client: Browser):
    await make_school()
    await client.get("/school/probe")
    await client.sign_in(privacy_notice="unread")
    assert (await client.get("/school/probe")).headers["location"] == "/privacy-notice"
    assert (await client.get("/privacy")).status_code == 200
    await client.get("/privacy-notice")
    assert (await client.post("/privacy-notice")).status_code == 422
    assert "Select whether you accept the privacy notice" in client.text()
    assert (await client.post("/privacy-notice", {"accept_privacy_notice": "perhaps"})).status_code == 422
    answer = await client.post("/privacy-notice", {"accept_privacy_notice": "yes"})
    assert answer.headers["location"] == "/school/probe"
    assert (await client.get("/school/probe")).status_code == 200
    (user,) = await fetch("SELECT accepted_privacy_version, accepted_privacy_at FROM app_user")
    assert user["accepted_privacy_version"] == "1.0"
    assert user["accepted_privacy_at"] is not None
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]
    assert kinds[-1] == "privacy_notice_accepted"


@pytest.mark.rule("ACC-9.11")
async def test_declining_the_privacy_notice_signs_out(client: Browser):
    await make_school()
    await client.sign_in(privacy_notice="unread")
    await client.get("/privacy-notice")
    answer = await client.post("/privacy-notice", {"accept_privacy_notice": "no"})
    assert answer.headers["location"] == "/signed-out"
    assert (await client.get("/school/probe")).headers["location"] == "/sign-in"


@pytest.mark.rule("ACC-9.11")
@pytest.mark.parametrize(
    ("version", "location"), [("1.7", None), ("0.9", "/privacy-notice"), ("2.0", "/privacy-notice")]
)
async def test_only_a_major_version_is_asked_again(client: Browser, version, location):
    await make_school()
    await client.sign_in()
    await fetch("UPDATE app_user SET accepted_privacy_version = $1", version)
    assert (await client.get("/school/probe")).headers.get("location") == location


@pytest.mark.rule("ACC-15.1")
async def test_staff_and_schools_stay_in_their_own_area(client: Browser):
    await make_school()
    assert (await client.get("/admin")).headers["location"] == "/staff/sign-in"
    await client.sign_in()
    assert (await client.get("/admin")).status_code == 403
    assert (await client.get("/anyone-signed-in")).status_code == 200
    await client.sign_in_as_staff("support")
    for path in ("/school/probe", "/school/choose", "/privacy-notice", "/school/access-denied"):
        assert (await client.get(path)).status_code == 403
    assert (await client.get("/admin")).status_code == 200


@pytest.mark.rule("ACC-10.1")
@pytest.mark.rule("ACC-10.4")
async def test_somebody_with_several_schools_chooses_and_is_remembered(client: Browser):
    await make_school(name="Zebra School")
    await make_school("100002", name="Aspen School")
    await make_school("100003", name="Nobody's School")
    await client.sign_in()
    await client.sign_in("100002")
    await fetch("UPDATE session SET school_id = NULL")
    assert (await client.get("/school/probe")).headers["location"] == "/school/choose"
    await client.get("/school/choose")
    assert client.text().index("Aspen School") < client.text().index("Zebra School")
    assert "Nobody's School" not in client.text()
    for wrong in ("", "x", "00000000-0000-0000-0000-000000000000"):
        assert (await client.post("/school/choose", {"school_id": wrong})).status_code == 422
    (foreign,) = await fetch("SELECT public_id FROM school WHERE urn = '100003'")
    assert (await client.post("/school/choose", {"school_id": str(foreign["public_id"])})).status_code == 422
    (zebra,) = await fetch("SELECT id, public_id FROM school WHERE urn = '100001'")
    answer = await client.post("/school/choose", {"school_id": str(zebra["public_id"])})
    assert answer.headers["location"] == "/school/probe"
    answer = await client.get("/school/probe")
    assert answer.headers["x-here"].startswith("100001 full")
    assert "Change school" in answer.text
    (user,) = await fetch("SELECT last_school_id FROM app_user")
    assert user["last_school_id"] == zebra["id"]
    (event,) = await fetch("SELECT * FROM event ORDER BY id DESC LIMIT 1")
    assert (event["kind"], event["school_id"]) == ("school_switched", zebra["id"])


@pytest.mark.rule("ACC-10.1")
async def test_many_schools_are_searched_and_shown_in_pages(client: Browser):
    for number in range(25):
        await make_school(str(200100 + number), name=f"School {number:02}")
        await client.sign_in(str(200100 + number))
    await client.get("/school/choose")
    assert "School 19" in client.text()
    assert "School 20" not in client.text()
    await client.get("/school/choose?page=2")
    assert "School 20" in client.text()
    await client.get("/school/choose?q=SCHOOL%2007&page=x")
    assert "School 07" in client.text()
    assert "School 08" not in client.text()
    await client.get("/school/choose?q=%00zzz")
    assert "Show all your schools" in client.text()


@pytest.mark.rule("ACC-10.1")
async def test_the_only_school_is_taken_without_asking(client: Browser):
    await make_school()
    await client.sign_in()
    await fetch("UPDATE session SET school_id = NULL")
    answer = await client.get("/school/probe")
    assert (answer.status_code, answer.headers["x-here"][:6]) == (200, "100001")


@pytest.mark.rule("ACC-13.8")
@pytest.mark.rule("SCH-02")
@pytest.mark.rule("G-01")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"status_code": 2, "closed_on": date(2025, 8, 31)}, "31 August 2025", id="closed"),
        pytest.param({"status_code": 4, "opened_on": date(2026, 9, 1)}, "1 September 2026", id="not open yet"),
        pytest.param({"type_code": 30}, "not in England", id="not in England"),
        pytest.param({"type_code": 10}, "independent school", id="not funded"),
        pytest.param({"type_code": 99}, "do not know yet", id="unknown type"),
        pytest.param({"type_code": 29, "type_name": "Higher education"}, "Higher education", id="type"),
        pytest.param({"access_override": "none"}, "DfE has decided", id="decided by support"),
    ],
)
async def test_a_school_that_may_not_use_the_service_is_told_why(client: Browser, changes, words):
    await make_school(**changes)
    await client.sign_in(headers=TODAY)
    assert (await client.get("/school/probe", headers=TODAY)).headers["location"] == "/school/access-denied"
    answer = await client.get("/school/access-denied", headers=TODAY)
    assert answer.status_code == 403
    assert words in client.text()
    assert "support@register.example" in client.text()


@pytest.mark.rule("ACC-13.5")
async def test_a_closed_school_names_its_one_successor(client: Browser):
    await make_school(status_code=2)
    await make_school("100002", name="Amberley Academy")
    await fetch(
        "INSERT INTO school_link (created_at, updated_at, urn, link_urn, link_type)"
        " VALUES (now(), now(), '100001', '100002', 'Successor')"
    )
    await client.sign_in()
    await client.get("/school/access-denied")
    assert "It was followed by Amberley Academy" in client.text()


@pytest.mark.rule("ACC-13.8")
async def test_a_school_that_may_use_the_service_is_not_refused(client: Browser):
    await make_school()
    await client.sign_in()
    assert (await client.get("/school/access-denied")).headers["location"] == "/school/home"


async def test_a_school_page_knows_where_it_is_after_one_statement(client: Browser, caplog):
    await make_year(2025)
    await make_tutor(await make_school(), 2025)
    await client.sign_in(headers=TODAY)
    for path in ("/school/probe", "/school/closing"):
        caplog.clear()
        with caplog.at_level("INFO", "register.request"):
            assert (await client.get(path, headers=TODAY)).status_code == 200
        assert [record.fields["db_count"] for record in caplog.records if record.name == "register.request"] == [1]
    assert (await client.get("/school/probe", headers=TODAY)).headers["x-here"] == "100001 full 2025-10-06 Alice Archer"
