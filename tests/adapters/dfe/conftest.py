"""The stand-in for DfE Sign-in, and both clients that ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from app.access.flows import new_flow
from app.access.sign_in import Redirect
from app.adapters.dfe_sign_in import DfESignInClient, Registration, RoleDirectoryClient
from app.stand_ins.dfe_sign_in import running_stand_in
from tests.web.dfe_sign_in.conftest import Outside
from tests.web.dfe_sign_in.people import ALICE, API_SECRET, SECRET, users_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.access.sign_in import CompleteOutcome, Flow

CALLBACK = "http://127.0.0.1:8000/sign-in/dfe/callback"


def registration(url: str, **changes: object) -> Registration:
    given = {
        "issuer": url,
        "client_id": "register",
        "secret": SECRET,
        "redirect_uri": CALLBACK,
        "post_logout_uri": "http://127.0.0.1:8000/signed-out",
    }
    return Registration(**{**given, **changes})  # type: ignore[arg-type]


class SigningIn:
    """One person at the stand-in, step by step."""

    def __init__(self, outside: Outside, client: DfESignInClient) -> None:
        self.outside = outside
        self.client = client

    async def back(self, flow: Flow, email: str = ALICE) -> dict[str, str]:
        """Go there and choose somebody; returns the parameters of the callback."""
        begun = await self.client.begin(flow)
        assert isinstance(begun, Redirect)
        answer = await self.outside.control.get(f"{begun.url}&{urlencode({'stand_in_user': email})}")
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    async def whole(self, email: str = ALICE) -> CompleteOutcome:
        """Sign in from beginning to end."""
        flow = new_flow()
        return await self.client.complete(await self.back(flow, email), flow)


@pytest.fixture(scope="session")
async def dfe_url() -> AsyncIterator[str]:
    async with running_stand_in(users_file()) as url:
        yield url


@pytest.fixture
async def outside(dfe_url: str) -> AsyncIterator[Outside]:
    async with httpx.AsyncClient(base_url=dfe_url, trust_env=False) as control:
        driven = Outside(dfe_url, control)
        await driven.serve(users_file())
        await driven.forget()
        yield driven


@pytest.fixture
async def signing_in(outside: Outside) -> AsyncIterator[SigningIn]:
    client = DfESignInClient(registration(outside.url))
    yield SigningIn(outside, client)
    await client.close()


@pytest.fixture
async def directory(outside: Outside) -> AsyncIterator[RoleDirectoryClient]:
    client = RoleDirectoryClient(outside.url, "register", API_SECRET)
    yield client
    await client.close()
