"""Where two schools touch: a person of both, users who worked at both, and whatever the database lets name both.

Each row here is hidden from the first school by one condition of one statement, and by nothing else.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.drafts import store
from app.drafts.store import NewDraft
from app.events.record import About, record
from app.policy import Policy
from app.registration.changes.change_events import TeacherEmailAddressUpdated
from app.teachers import snapshot as snapshots
from app.teachers.snapshot import Snapshot
from app.terms import Actor, ActorKind, DraftKind, SchoolId, TRSInductionStatus, UserId
from tests import factories
from tests.db.rows import World, insert
from tests.web.canaries import CANARY

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from tests.cast import Cast
    from tests.factories import School, User
    from tests.web.test_isolation import Ids

LET_IN = "somebody.new@ash.example"
"""Whom the tests of all forms give access."""
LATER = date(2026, 2, 2)
LATELY = factories.noon(date(2025, 11, 3))
READ_EVERYTHING = 1_000_000


async def cross(people: Cast, mine: Ids, theirs: Ids) -> None:
    """Let the second school have, of everything, something that also touches the first; its people work at Birch."""
    await _users_of_both(people)
    await _people_of_both(people, mine)
    await _not_there_yet(people, theirs)
    for table in ("induction_tutor", "ect_at_school_period", "mentor_at_school_period"):
        await _bounced(table, people.birch)
    with clock.at(LATELY):
        await _events(people, mine, theirs)


async def cross_journeys(people: Cast, theirs: Ids) -> None:
    """Let Birch register whom Ash registers, let in whom Ash lets in, and have the mentors of Ash later."""
    actor = _actor(people.birch, people.carla)
    async with transaction():
        another = await store.start(
            NewDraft(DraftKind.REGISTER_ECT, "register-ect", SchoolId(people.birch.id)), actor, Policy()
        )
    for draft_id in (another, theirs.drafts["register-mentor"]):
        await somebody_found(draft_id)
    newcomer = await factories.user(CANARY, LET_IN)
    identity = {"user_id": newcomer.id, "method": "email_link", "subject": LET_IN}
    await fetch("UPDATE user_identity SET subject = subject || '.old' WHERE subject = $1", LET_IN)
    await factories.insert("user_identity", **identity)
    await factories.access(people.birch, newcomer, source="email_link")
    rows = await fetch("SELECT teacher_id FROM mentor_at_school_period WHERE school_id = $1", people.ash.id)
    for row in rows:
        await factories.mentor(people.birch, factories.Teacher(row["teacher_id"], "0000000", "", uuid4()), LATER)


async def something_happens(school: School) -> None:
    """Record an event of a school."""
    await _record((About(school_id=school.id),), Actor(ActorKind.SYSTEM, CANARY), CANARY)


async def somebody_found(draft_id: UUID, trn: str = "4000001") -> None:
    """Match the draft of a registration with a teaching record."""
    found = Snapshot("Nia", "Found", TRSInductionStatus.REQUIRED_TO_COMPLETE, None, None, date(2025, 7, 1), False)
    await fetch(
        """UPDATE draft SET trn = $4, identity_match = 'date_of_birth', trs_snapshot = $2, trs_fetched_at = $3
        WHERE id = $1""",
        draft_id,
        json.dumps(snapshots.to_dict(found)),
        factories.noon(date(2025, 11, 10)),
        trn,
    )


async def _users_of_both(people: Cast) -> None:
    """Alice has settings at Birch, somebody with her address works there; Bob's address is the tutor's of a third."""
    world = World(user=people.alice.id, school=people.birch.id)
    await insert(world, "school_preference", notices_read_to=READ_EVERYTHING)
    await insert(world, "calendar_feed", id=1_000)
    await factories.access(people.birch, await factories.user(CANARY, people.alice.email), source="email_link")
    third = await factories.school("100009", f"{CANARY} Third School")
    await factories.induction_tutor(third, factories.User(people.bob.id, CANARY, people.bob.email))


async def _people_of_both(people: Cast, mine: Ids) -> None:
    """The ECT and the mentor of the first school were at the other one before."""
    earlier = {"started_on": date(2023, 9, 1), "finished_on": date(2024, 7, 31)}
    ect = await factories.ect(people.birch, await _teacher("ect", mine.ect), **earlier)
    mentor = await factories.mentor(people.birch, await _teacher("mentor", mine.mentor), **earlier)
    await factories.training(ect)
    await factories.mentorship(ect, mentor, finished_on=earlier["finished_on"])


async def _teacher(role: str, public_id: UUID) -> factories.Teacher:
    (row,) = await fetch(
        f"""SELECT t.id, t.trn, t.public_id FROM teacher t JOIN {role}_at_school_period s ON s.teacher_id = t.id
        WHERE s.public_id = $1""",
        public_id,
    )
    return factories.Teacher(row["id"], row["trn"], "", row["public_id"])


async def _not_there_yet(people: Cast, theirs: Ids) -> None:
    """Birch waits for a lead provider, has answered for the year, and is registering somebody whose name was corrected."""
    waiting = await factories.ect(people.birch, await factories.teacher("Wanda Waiting", corrected_name=f"{CANARY} W"))
    await factories.training(waiting, await factories.lead_provider("Ready Training"))
    await insert(World(school=people.birch.id), "school_year")
    await somebody_found(theirs.drafts["register-ect"], waiting.teacher.trn)


async def _bounced(table: str, school: School) -> None:
    """Let mail to everybody of a school in a table fail."""
    for row in await fetch(f"SELECT email FROM {table} WHERE school_id = $1", school.id):
        failed: dict[str, Any] = {"id": uuid4(), "dedupe_key": str(uuid4()), "state": "bounced", "finished_at": LATELY}
        await insert(World(), "message", recipient=row["email"], **failed)


async def _events(people: Cast, mine: Ids, theirs: Ids) -> None:
    """Each school has events that name what is the other's; Birch's are the newer ones."""
    ect, mentor = await _stay("ect", mine.ect), await _stay("mentor", mine.mentor)
    their_ect, their_mentor = await _stay("ect", theirs.ect), await _stay("mentor", theirs.mentor)
    ash, birch = people.ash.id, people.birch.id
    of_ash = (
        About(school_id=ash, teacher_id=ect["teacher_id"], ect_at_school_period_id=their_ect["id"]),
        About(school_id=ash, teacher_id=mentor["teacher_id"], mentor_at_school_period_id=their_mentor["id"]),
        About(school_id=ash, school_partnership_id=await _partnership(theirs)),
    )
    of_birch = (
        About(school_id=birch, teacher_id=ect["teacher_id"], ect_at_school_period_id=ect["id"]),
        About(school_id=birch, school_partnership_id=await _partnership(mine)),
    )
    await _record(of_ash, _actor(people.ash, people.bob), "")
    await _record(of_birch, _actor(people.birch, people.carla), CANARY)


def _actor(school: School, user: User) -> Actor:
    return Actor(ActorKind.SCHOOL_USER, user.name, user.email, UserId(user.id), SchoolId(school.id))


async def _record(abouts: tuple[About, ...], by: Actor, word: str) -> None:
    async with transaction():
        for about in abouts:
            record(TeacherEmailAddressUpdated(about, f"old{word}@a.example", f"new{word}@a.example"), by)


async def _stay(role: str, public_id: UUID) -> Any:
    return (await fetch(f"SELECT id, teacher_id FROM {role}_at_school_period WHERE public_id = $1", public_id))[0]


async def _partnership(ids: Ids) -> int:
    (row,) = await fetch("SELECT id FROM school_partnership WHERE public_id = $1", ids.partnership)
    return int(row["id"])
