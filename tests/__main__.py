"""The one test command, `python -m tests [arguments for pytest]`: everything that CI runs on a change.

Every check runs even when an earlier one failed; the exit code is that of the first that did.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent
WORKERS = "2"
MEASURED = ("queries", "weight", "render", "--data", "small")


def checks(arguments: list[str]) -> dict[str, list[str]]:
    """Return the name and command line of every check, quick ones first."""
    return {
        "style (ruff)": [str(TOOLS / "ruff"), "check", "."],
        "types (mypy)": [sys.executable, "-m", "mypy"],
        "imports (import-linter)": [str(TOOLS / "lint-imports"), "--no-logo"],
        "tests (pytest)": [sys.executable, "-m", "pytest", "-n", WORKERS, *arguments],
        "counts, bytes and ratios (register bench)": [str(TOOLS / "register"), "bench", *MEASURED, "--check"],
    }


def environment() -> dict[str, str]:
    """Return the environment of the checks: that of tests, with a data folder and compiled modules of their own."""
    folder = Path(tempfile.gettempdir()) / f"register-test-{os.getuid()}"
    shared = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(ROOT / ".data" / "bytecode")}
    return {"DATA_DIR": str(folder), **os.environ, **shared, "ENVIRONMENT": "test"}


def run(name: str, command: list[str], given: dict[str, str]) -> tuple[str, int]:
    """Run one check; returns one line about it and its exit code."""
    print(f"\n== {name}: {' '.join(command[1:])}", flush=True)
    begun = perf_counter()
    code = subprocess.run(command, cwd=ROOT, env=given, check=False).returncode
    verdict = "passed" if code == 0 else f"FAILED with exit code {code}"
    return f"{name}: {verdict} in {perf_counter() - begun:.0f} s", code


def main(arguments: list[str]) -> int:
    """Run every check and say how each went; returns the exit code of the first that failed."""
    given = environment()
    server = Path(given["DATA_DIR"]) / "postgresql" / "postmaster.pid"
    ran_before = server.exists()
    try:
        outcomes = [run(name, command, given) for name, command in checks(arguments).items()]
    finally:
        if server.exists() and not ran_before:
            subprocess.run([sys.executable, "-c", STOP], cwd=ROOT, env=given, check=False, stdout=subprocess.DEVNULL)
    print("\n" + "\n".join(line for line, _ in outcomes))
    return next((code for _, code in outcomes if code), 0)


STOP = "import os, pathlib; from app.db import server; server.stop(pathlib.Path(os.environ['DATA_DIR']))"

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
