"""docs/licences.md lists every package with its licence, and each licence is one that we may use (SEC-35)."""

from __future__ import annotations

import json
import re
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import ROOT

if TYPE_CHECKING:
    from importlib.metadata import PackageMetadata

PAGE = ROOT / "docs" / "licences.md"
LOCKS = {"service": "requirements.lock", "telemetry": "requirements-telemetry.lock", "tests": "requirements-test.lock"}
"""Each holds all that the one before holds."""
LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAMED_OTHERWISE = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""How older packages name their licences; by those of SPDX otherwise."""
MAY_BE_USED = {
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "LGPL-3.0-only",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
}
"""Those that ask for nothing but their notice, and of the others those that leave programs which use a library alone."""


def licence_of(package: PackageMetadata) -> str:
    """Return the licence that a package says it has, by its SPDX name."""
    said = (package["License-Expression"] or package["License"] or "").partition("\n")[0].strip()
    if said in {"", "UNKNOWN"}:
        classes = package.get_all("Classifier", [])
        said = " OR ".join(one.rpartition(" :: ")[2] for one in classes if one.startswith("License"))
    return NAMED_OTHERWISE.get(said, said)


def may_be_used(licence: str) -> bool:
    """Tell whether every licence that applies, or one of those to choose from, is one that we may use."""
    choices = [choice.strip("() ").split(" AND ") for choice in licence.split(" OR ")]
    return any(all(part.strip("() ") in MAY_BE_USED for part in choice) for choice in choices)


def listed() -> dict[str, tuple[str, str]]:
    """Return licence and use of each package of the page."""
    return {name: (licence, use) for name, licence, use in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def locked(use: str) -> set[str]:
    return set(LOCKED.findall((ROOT / LOCKS[use]).read_text(encoding="utf-8")))


@pytest.mark.rule("SEC-35", "SEC-19")
def test_every_package_is_listed_with_a_licence_that_we_may_use() -> None:
    page = listed()
    packages = {use: locked(use) for use in LOCKS}
    assert packages["service"] < packages["telemetry"] < packages["tests"]
    assert {name: use for name, (_, use) in page.items()} == {
        name: next(use for use in LOCKS if name in packages[use]) for name in packages["tests"]
    }
    here = {
        one.metadata["Name"].lower().replace("_", "-"): licence_of(one.metadata) for one in metadata.distributions()
    }
    assert {name: (here[name], said) for name, (said, _) in page.items() if here.get(name, said) != said} == {}
    assert [name for name, (licence, _) in page.items() if not may_be_used(licence)] == []


@pytest.mark.rule("SEC-19")
def test_the_list_of_components_names_everything_that_is_installed_or_served() -> None:
    document = json.loads((ROOT / "docs" / "components.json").read_text(encoding="utf-8"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    references = [one["bom-ref"] for one in document["components"]]
    assert len(set(references)) == len(references)
    pinned = re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / LOCKS["telemetry"]).read_text(encoding="utf-8"), re.MULTILINE)
    vendored = json.loads((ROOT / "static" / "vendor" / "lock.json").read_text(encoding="utf-8"))["packages"]
    assert set(references) == {
        *(f"pkg:pypi/{name}@{version}" for name, version in pinned),
        *(f"pkg:npm/{one['name']}@{one['version']}" for one in vendored),
    }
    required = {one["name"] for one in document["components"] if one["scope"] == "required"}
    assert required == {*locked("service"), *(one["name"] for one in vendored)}


@pytest.mark.rule("SEC-35")
@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "MIT AND GPL-3.0-or-later", "Proprietary", ""])
def test_a_foreign_licence_is_found(licence: str) -> None:
    assert not may_be_used(licence)
