"""Find the browser that tests drive, or install one: `python -m tests.browser_setup`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ADVICE = (
    "No Chromium was found and none could be installed. Install one in any of these ways:\n"
    "  python -m playwright install --with-deps chromium\n"
    "  apt-get install chromium    (as root)\n"
    "  or set CHROMIUM_PATH to the program of a Chromium or Chrome that is there already."
)


def find_chromium() -> str | None:
    """Return the path of the browser: CHROMIUM_PATH, else Playwright's own, else one on PATH; None without."""
    for look in (_given, _of_playwright, _on_path):
        found = look()
        if found and _runs(found):
            return found
    return None


def _given() -> str | None:
    return os.environ.get("CHROMIUM_PATH")


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _runs(program: str) -> bool:
    """Tell whether the program starts: one without its libraries is as good as none."""
    if not Path(program).is_file():
        return False
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _by_playwright() -> None:
    _try([sys.executable, "-m", "playwright", "install", "chromium"])


def _by_apt() -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update"])
        _try(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])


def _try(command: list[str]) -> None:
    print("Trying:", " ".join(Path(part).name if part == sys.executable else part for part in command), flush=True)
    subprocess.run(command, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def main() -> int:
    """Find or install a browser; returns 1 only where CI needs one and none can be had."""
    installers: tuple[Callable[[], None], ...] = (_by_playwright, _by_apt)
    found = find_chromium()
    for install in installers:
        if found:
            break
        install()
        found = find_chromium()
    if found:
        print(f"Browser for the tests: {found}")
        return 0
    print(ADVICE, file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
