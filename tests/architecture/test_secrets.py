"""No secret is kept in the repository: the patterns of detect-secrets, over the text of every file (SEC-35)."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString

from tests.architecture.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

LEFT_OUT = {
    "CloudantDetector",
    "IbmCloudIamDetector",
    "IbmCosHmacDetector",
    "IPPublicDetector",
    "KeywordDetector",
    "SoftlayerDetector",
}
"""Slow ones for services that nothing here uses; addresses, which are no secret; and passwords by the name of their
variable, which the linter looks for."""
NOT_OURS = ("static/vendor/", "tests/vendor/")
"""Published files, whose every byte the lock knows (SEC-19)."""
NO_TEXT = (".png", ".jpg", ".ico", ".woff", ".woff2", ".gz")
RANDOM_TEXT = Base64HighEntropyString(limit=4.5)
INVENTED = {
    "tests/cli/test_database_commands.py": "a database that is not there",
    "tests/cli/test_program.py": "a database that is not there",
    "tests/web/test_templating.py": "the hash that the content policy names, which is public",
}
PLANTED = {
    "PrivateKeyDetector": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "AWSKeyDetector": "AKIA" + "IOSFODNN7EXAMPLE",
    "BasicAuthDetector": "postgres://register:" + "hunter2hunter@db.example/register",
    "GitHubTokenDetector": "gh" + "p_wWPw5k4aXcaT4fNP0U" + "cnZwJUVFk6LO0pINUx",
    "Base64HighEntropyString": 'TOKEN = "' + "q8Zr3Vn0Kx+T7bLw2PjY" + "c5GmHs9DfUeAo1Ii6Rk4" + '"',
}


def detectors() -> list[Any]:
    """Return the patterns that are looked for."""
    every: Iterable[Any] = get_mapping_from_secret_type_to_class().values()
    known = [kind() for kind in every if issubclass(kind, RegexBasedDetector) and kind.__name__ not in LEFT_OUT]
    return [*known, RANDOM_TEXT]


def secrets(name: str, text: str, kinds: Iterable[Any]) -> set[str]:
    """Return the names of the patterns that a file holds something of; pages have quotes without texts in them."""
    tried = [kind for kind in kinds if kind is not RANDOM_TEXT or not name.endswith(".html")]
    return {type(kind).__name__ for kind in tried if kind.analyze_line(filename=name, line=text, line_number=0)}


@pytest.mark.rule("SEC-35", "SEC-16")
def test_no_file_holds_a_secret() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    ours = [name for name in listed.split("\0") if name and not name.startswith(NOT_OURS)]
    read = [name for name in ours if not name.endswith(NO_TEXT) and (ROOT / name).is_file()]
    kinds = detectors()
    found: dict[str, set[str]] = {
        name: secrets(name, (ROOT / name).read_text(encoding="utf-8"), kinds) for name in read
    }
    assert {name: kinds for name, kinds in found.items() if kinds and name not in INVENTED} == {}
    assert {name for name in INVENTED if not found[name]} == set()


@pytest.mark.rule("SEC-35")
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_secret_is_found(name: str) -> None:
    assert name in secrets("a.py", f"# a file\n{PLANTED[name]}\nand more\n", detectors())
