"""What the recipe of the image says, and what its health check does (OPS-7)."""

from __future__ import annotations

import asyncio
import re
import sys

import pytest

from app.settings import Settings
from tests.applications import application
from tests.architecture.source import ROOT
from tests.browser.serving import free_port, serving

RECIPE = re.sub(r"\s*\\\n\s*", " ", (ROOT / "Containerfile").read_text(encoding="utf-8"))
STAGES = RECIPE.split("\nFROM ")[1:]
CHECK = ROOT / "ops" / "healthcheck.py"


def said(stage: str, instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} (.+)$", stage, re.MULTILINE)


@pytest.mark.rule("OPS-7")
def test_both_stages_stand_on_one_image_given_with_its_digest() -> None:
    assert [stage.partition("\n")[0] for stage in STAGES] == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]
    assert said(RECIPE.partition("\nFROM ")[0], "ARG") == ["PYTHON_IMAGE"], "no default: a digest is given or it fails"
    pattern = re.search(
        r"echo \"\$\{PYTHON_IMAGE\}\" \| grep -Eq '([^']+)' \|\| \{ [^}]*exit 1", said(STAGES[0], "RUN")[0]
    )
    assert pattern
    digest = "0123456789abcdef" * 4
    for image, is_pinned in (
        (f"python@sha256:{digest}", True),
        (f"python:3.11-slim@sha256:{digest}", True),
        ("python:3.11-slim", False),
        (f"python@sha256:{digest[1:]}", False),
        (f"python@sha256:{digest}0", False),
    ):
        assert bool(re.search(pattern[1], image)) is is_pinned, image


@pytest.mark.rule("OPS-7", "SEC-19")
def test_packages_are_installed_by_hash_in_the_first_stage_alone() -> None:
    build, final = ("\n".join(said(stage, "RUN")) for stage in STAGES)
    for option in ("--require-hashes", "--no-deps", "--only-binary :all:", '--requirement "${LOCK}"'):
        assert option in build
    assert "ARG LOCK=requirements.lock" in STAGES[0]
    assert "install" not in final.replace("installer", "")
    assert re.search(r"for tool in cc gcc make pip pip3 uv; do ! command -v \"\$\{tool\}\" \|\| exit 1; done", final)
    assert [line for line in said(STAGES[1], "COPY") if not line.startswith("--from=build /")] == []
    assert not said(RECIPE, "ADD")


@pytest.mark.rule("OPS-7")
def test_it_runs_as_nobody_stops_on_a_signal_and_says_how_it_is() -> None:
    final = STAGES[1]
    (user,) = said(final, "USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert said(final, "STOPSIGNAL") == ["SIGTERM"]
    assert said(final, "ENTRYPOINT") == ['["/opt/register/bin/register"]'], (
        "no shell between the signal and the process"
    )
    assert said(final, "CMD") == ['["serve", "--host", "0.0.0.0"]']
    assert said(final, "HEALTHCHECK")[0].endswith('CMD ["/opt/register/bin/python", "/srv/register/healthcheck.py"]')
    assert RECIPE.rindex("\nRUN ") < RECIPE.index("\nUSER "), "what is written is written before"
    assert not said(final, "VOLUME"), "nothing but /tmp is written, which is no part of it"
    assert re.search(r"ENV .*PYTHONDONTWRITEBYTECODE=1 .*DATA_DIR=/tmp ", final)
    assert "compileall" in STAGES[0]
    assert "chmod -R a+rX /opt/register /srv/register" in STAGES[0], (
        "programs of templates are kept for their owner alone"
    )


@pytest.mark.rule("OPS-7")
def test_everything_that_the_program_reads_is_copied_and_nothing_else_is_sent() -> None:
    copied = {part for line in said(STAGES[0], "COPY") for part in line.split()[:-1]}
    sent = [line[1:] for line in (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"]
    assert copied == set(sent)
    assert {"app", "templates", "static", "piccolo_migrations"} < copied
    assert all((ROOT / name).exists() for name in copied)
    assert (ROOT / ".containerignore").read_bytes() == (ROOT / ".dockerignore").read_bytes()


@pytest.mark.rule("OPS-7", "OPS-3")
async def test_the_health_check_tells_whether_the_process_answers(database: None) -> None:
    async def code(port: str, host: str) -> int:
        environment = {"ALLOWED_HOSTS": host, "BASE_URL": "https://register.example"}
        process = await asyncio.create_subprocess_exec(sys.executable, "-I", str(CHECK), port, env=environment)
        return await process.wait()

    taken, address = free_port()
    port = address.rpartition(":")[2]
    assert await code(port, "") == 1
    async with serving(
        application(Settings(base_url="https://register.example", allowed_hosts="register.example")), taken
    ):
        assert await code(port, "") == 0
        assert await code(port, "register.example,other.example") == 0
        assert await code(port, "other.example") == 1
