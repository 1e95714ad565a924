"""`register demo` as a person runs it: started, asked for pages, and stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS_TO_START = 90
SECONDS_TO_STOP = 30
NOT_PASSED_ON = {
    "ENVIRONMENT",
    "DATABASE_URL",
    "DATA_DIR",
    "BASE_URL",
    "TRS_BASE_URL",
    "TRS_API_KEY",
    "ADDRESS_LIMITS",
    "DFE_SIGN_IN_ISSUER",
}


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """Make a folder that the database's own user can enter."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start the demo as a process."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "demo", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Return what was printed up to the line with the text."""
    assert process.stdout is not None
    printed = ""
    while text not in printed:
        line = process.stdout.readline()
        assert line, f"ended after: {printed}"
        printed += line
    return printed


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def is_running(pid: int) -> bool:
    """Tell whether a process exists and isn't waiting to be collected."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def signed_in_with_dfe(service: str, email: str) -> str:
    """Sign in as a persona through the stand-in for DfE Sign-in; returns where that leads."""
    with httpx.Client(trust_env=False, timeout=10) as client:
        assert "Sign in with DfE Sign-in" in client.get(f"{service}/sign-in").text
        there = client.get(f"{service}/sign-in/dfe").headers["location"]
        back = client.get(f"{there}&stand_in_user={email}").headers["location"]
        return str(client.get(back).headers["location"])


@pytest.mark.long
@pytest.mark.rule("EXT-6.2", "REF-6.1", "REF-6.8")
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX systems")
def test_the_demo_starts_everything_and_stops_all_of_it(data_folder: Path) -> None:
    port = free_port()
    process = start("--port", str(port), "--data", str(data_folder), "--as-of", "2026-10-06")
    try:
        printed = read_until(process, "Ctrl-C stops everything.")
        assert f"http://127.0.0.1:{port}/personas" in printed
        with urlopen(f"http://127.0.0.1:{port}/personas", timeout=10) as answer:
            assert "Alice Archer" in answer.read().decode()
        assert signed_in_with_dfe(f"http://127.0.0.1:{port}", "alice@amberley.example") == "/school/home"
        started = children_of(process.pid)
        database = int((data_folder / "postgresql" / "postmaster.pid").read_text().split()[0])
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=SECONDS_TO_STOP)
    assert process.returncode == 0
    assert "Everything has stopped." in rest
    assert [pid for pid in (*started, database) if is_running(pid)] == []
    with socket.socket() as tried:
        assert tried.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.rule("EXT-6.2")
def test_a_taken_port_is_said_at_once_and_starts_nothing(data_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start("--port", str(taken.getsockname()[1]), "--data", str(data_folder))
        process.communicate(timeout=SECONDS_TO_START)
    assert process.returncode == 2
    assert not (data_folder / "postgresql").exists()
