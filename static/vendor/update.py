# ruff: noqa: INP001 - a program by itself
"""Fetch the pinned packages again: `python static/vendor/update.py`; needs npm, which nothing at run time does.

`lock.json` beside this file says what is kept: per package its name, version, the sha512 integrity of its
tarball, and per kept file (path from the top of the repository) where it stands in the tarball and its
sha256. To move to another version edit the version, empty its `integrity` and the `sha256` values, and run this.
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("lock.json")


def main() -> None:
    """Fetch every package of the lock, check it, and write its kept files."""
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    for package in lock["packages"]:
        with tempfile.TemporaryDirectory() as directory:
            tarball = fetch(package, Path(directory))
            check(package, "integrity", integrity(tarball.read_bytes()))
            keep(package, tarball)
    LOCK.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")


def fetch(package: dict[str, Any], directory: Path) -> Path:
    """Let npm fetch the tarball of the pinned version into the directory."""
    wanted = f"{package['name']}@{package['version']}"
    subprocess.run(["npm", "pack", "--silent", wanted], cwd=directory, check=True, capture_output=True)  # noqa: S603, S607
    return next(directory.glob("*.tgz"))


def integrity(content: bytes) -> str:
    """Return the integrity as package registries write it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def keep(package: dict[str, Any], tarball: Path) -> None:
    """Write the kept files, each checked against the lock."""
    with tarfile.open(tarball) as archive:
        for path, kept in package["files"].items():
            content = read(archive, kept["from"])
            check(kept, "sha256", hashlib.sha256(content).hexdigest())
            target = TOP / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def read(archive: tarfile.TarFile, source: str) -> bytes:
    """Return one file of the package."""
    file = archive.extractfile(f"package/{source}")
    if file is None:
        raise SystemExit(f"{source} is not a file")
    return file.read()


def check(entry: dict[str, Any], key: str, found: str) -> None:
    """Compare with the lock, or fill it in where it is empty."""
    if entry.get(key) and entry[key] != found:
        raise SystemExit(f"{key} differs from the lock: {entry}")
    entry[key] = found


if __name__ == "__main__":
    main()
