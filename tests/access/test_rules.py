"""How long sessions last, which notice counts, where a path may lead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.access import rules

NOW = datetime(2025, 10, 6, 9, tzinfo=UTC)


@pytest.mark.rule("ACC-9.4")
def test_a_session_ends_at_whichever_limit_is_first():
    assert rules.ends_at(NOW, NOW + timedelta(hours=1)) == NOW + timedelta(hours=1)
    assert rules.ends_at(NOW, NOW + timedelta(hours=9)) == NOW + timedelta(hours=2)


@pytest.mark.rule("ACC-9.9")
@pytest.mark.parametrize(
    ("path", "audience", "may"),
    [
        ("/school/ects?tab=left", "school", True),
        ("/admin/people", "staff", True),
        ("/admin", "school", False),
        ("/school/ects", "staff", False),
        ("//evil.example/school/", "school", False),
        ("https://evil.example/school/", "school", False),
        ("/school/\\evil.example", "school", False),
        ("/school/\n", "school", False),
        ("/school/" + "x" * 1_000, "school", False),
        ("", "school", False),
        (None, "school", False),
    ],
)
def test_only_a_page_of_the_own_area_is_returned_to(path, audience, may):
    assert rules.may_return_to(path, audience) is may
