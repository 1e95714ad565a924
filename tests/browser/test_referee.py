"""Signing in and out against an OpenID provider that nobody of this service wrote: npm `oidc-provider` (EXT-6.13)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx
import pytest

from app.adapters.dfe_clients import dfe_sign_in_clients
from app.db.engine import fetch_one
from app.settings import Settings
from app.web.dfe_endings import DfESignIn
from tests.applications import application
from tests.cast import cast
from tests.web.conftest import BASE_URL, Browser, NoTeachingRecords, browser_of
from tests.web.dfe_sign_in.conftest import outside, stand_in_url  # noqa: F401 - fixtures
from tests.web.dfe_sign_in.people import ALICE, API_SECRET, SECRET, sub_of, users_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.dfe_sign_in.conftest import Outside

PROVIDER = Path(__file__).parent / "referee" / "provider.mjs"
PACKAGE = "oidc-provider@9"
OLDEST_NODE = 20
SECONDS_TO_INSTALL = 120


@pytest.fixture(scope="module")
def modules() -> str:
    """Give a folder with the package, installed once; without Node or package the referee stays away."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("the referee needs Node 20 or newer with npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"the referee needs Node 20 or newer, here is {version.strip()}")
    folder = Path(tempfile.gettempdir()) / "register-referee"
    if not (folder / "node_modules" / "oidc-provider").exists():
        folder.mkdir(exist_ok=True)
        command = [npm, "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS_TO_INSTALL, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"{PACKAGE} could not be installed in time")
        if done.returncode:
            pytest.skip(f"{PACKAGE} could not be installed")
    return str(folder / "node_modules")


@contextmanager
def provider(modules: str, **changes: Any) -> Iterator[str]:
    """Run the provider; gives its address."""
    user = {"sub": sub_of(ALICE), "email": ALICE, "given_name": "Alice", "family_name": "Archer"}
    config = {
        "modules": modules,
        "client_id": "register",
        "secret": SECRET,
        "client_auth": "client_secret_post",
        "redirect_uri": f"{BASE_URL}/sign-in/dfe/callback",
        "post_logout_uri": f"{BASE_URL}/signed-out",
        "claims_in_userinfo_only": False,
        "user": user,
        "organisation": users_file()["users"][0]["organisations"][0],
        **changes,
    }
    process = subprocess.Popen(
        ["node", str(PROVIDER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(config))
        process.stdin.close()
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


async def walk(there: httpx.AsyncClient, address: str) -> str:
    """Follow redirects at the provider until they lead back to the service; returns that path."""
    for _ in range(10):
        answer = await there.get(address)
        if answer.status_code == 200:
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
            action = re.findall(r'action="([^"]*)"', answer.text)[0]
            answer = await there.post(action, data={**fields, "logout": "yes"})
        assert answer.status_code in {302, 303}, answer.text
        address = urljoin(address, answer.headers["location"])
        if address.startswith(BASE_URL):
            return address.removeprefix(BASE_URL)
    raise AssertionError("it never came back")


@pytest.mark.rule("EXT-6.13", "ACC-4.1", "ACC-4.14", "ACC-4.5")
@pytest.mark.parametrize("auth", ["client_secret_post", "client_secret_basic"])
@pytest.mark.parametrize("userinfo_only", [False, True], ids=["claims in the token", "claims in userinfo only"])
async def test_somebody_signs_in_and_out_at_a_provider_that_is_not_ours(
    database: None, modules: str, outside: Outside, auth: str, userinfo_only: bool
) -> None:
    await cast()
    with provider(modules, client_auth=auth, claims_in_userinfo_only=userinfo_only) as issuer:
        settings = Settings(
            base_url=BASE_URL,
            dfe_sign_in_issuer=issuer,
            dfe_sign_in_api_url=outside.url,
            dfe_sign_in_client_id="register",
            dfe_sign_in_secret=SECRET,
            dfe_sign_in_api_secret=API_SECRET,
            dfe_sign_in_client_auth=auth,
        )
        clients = dfe_sign_in_clients(settings)
        assert clients is not None
        ports = DfESignIn(clients.provider, clients.directory)
        browser = browser_of(application(settings, trs=NoTeachingRecords(), dfe=ports))
        async with httpx.AsyncClient(trust_env=False) as there:
            await signs_in_and_out(browser, there)
        await browser.client.aclose()
        await clients.close()


async def signs_in_and_out(browser: Browser, there: httpx.AsyncClient) -> None:
    begun = await browser.get("/sign-in/dfe")
    answer = await browser.get(await walk(there, begun.headers["location"]))
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home")
    row = await fetch_one("SELECT u.name, u.email FROM session s JOIN app_user u ON u.id = s.user_id")
    assert row is not None
    assert tuple(row) == ("Alice Archer", ALICE)
    left = await browser.post("/sign-out")
    assert (await walk(there, left.headers["location"])).startswith("/signed-out?state=")
