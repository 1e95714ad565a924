"""What a person does in the service, as measurements repeat it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.bench.client import Client, Unexpected
from app.bench.scratch import CHILDREN
from app.national.schools import FIRST_EXACT_URN

if TYPE_CHECKING:
    from app.bench.client import Answer

START = "/school/register-ect"
BORN = {"date_of_birth_day": "1", "date_of_birth_month": "1", "date_of_birth_year": "1990"}
LATER = "try-again-later"
FIRST_NEW_TRN = 8_000_001
_RECORD = re.compile(r'href="(/school/(?:ects|mentors)/[0-9a-f-]{36})')


class PutOff(Unexpected):
    """The teaching record could not be asked just now: the visitor is asked to come back later."""


def measured_urn(children: int) -> str:
    """Return the URN of the school with exactly so many current ECTs."""
    return str(FIRST_EXACT_URN + CHILDREN.index(children))


async def tutor(app: object, urn: str, number: int = 1) -> Client:
    """Return the signed-in office of a school."""
    client = Client(app)
    await client.sign_in(urn, f"office{number}@s{urn}.example")
    return client


async def record_of_first(client: Client, listed: str = "/school/ects") -> str:
    """Return the address of the first person on a list. Raises Unexpected."""
    found = _RECORD.search((await client.get(listed)).text)
    if found is None:
        raise Unexpected("the list shows nobody")
    return found.group(1)


async def mentor_of_first(client: Client) -> str:
    """Return the address of the first mentor on the list. Raises Unexpected."""
    return await record_of_first(client, "/school/mentors")


async def start(client: Client, trn: str) -> str:
    """Begin a registration up to the question whether the name is right. Raises PutOff."""
    await client.open(START)
    await client.follow(await client.post(START, {}))
    step = await answer(client, trn=trn, **BORN)
    if step == LATER:
        raise PutOff(step)
    return step


async def answer(client: Client, **fields: str) -> str:
    """Answer the question that the client is at; returns the next step."""
    return await client.follow(await client.post(client.address, fields))


async def to_check_answers(client: Client, trn: str) -> str:
    """Walk a registration to check answers."""
    await start(client, trn)
    await answer(client, name_is_correct="yes")
    await answer(client, email=f"t{trn}@teachers.example")
    await answer(client, start_date_day="6", start_date_month="10", start_date_year="2025")
    step = await answer(client, working_pattern="full_time")
    if step == "programme-choices":
        step = await answer(client, programme_source="choose")
    while step != "check-answers":
        step = await answer(client, **_choice(client.last, step))
    return step


async def register(client: Client, trn: str) -> None:
    """Register somebody. Raises Unexpected."""
    await to_check_answers(client, trn)
    if await answer(client) != "confirmation":
        raise Unexpected(f"not confirmed: {client.address}")


def _choice(page: Answer, step: str) -> dict[str, str]:
    """Return an answer to one of the questions about the programme."""
    if step == "training-programme":
        return {"training_programme": "provider_led"}
    names = {"appropriate-body": "appropriate_body_id", "lead-provider": "provider_choice"}
    if step not in names:
        raise Unexpected(f"a question that a registration does not ask: {step}")
    name = names[step]
    offered = re.findall(rf'name="{name}"[^>]*value="([^"]+)"', page.text)
    offered += re.findall(r'<option value="([^"]+)"', page.text)
    if not offered:
        raise Unexpected(f"{step} offers nothing")
    return {name: offered[0]}
