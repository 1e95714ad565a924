"""A date of birth or National Insurance number inside the process shows itself to nobody."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date

import msgspec
import pytest
from markupsafe import escape

from app.values import DateOfBirth, NationalInsuranceNumber

FACTS = [DateOfBirth(date(1998, 2, 14)), NationalInsuranceNumber("jx-00 00 11a")]
TEXTS = ("1998", "14", "JX", "000011")

pytestmark = pytest.mark.rule("EXT-1.12")


@pytest.mark.parametrize("fact", FACTS, ids=["date of birth", "number"])
@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, "{:>30}".format, lambda fact: f"{[fact]}"])
def test_no_way_of_printing_shows_it(fact: object, show: object) -> None:
    shown = show(fact)  # type: ignore[operator]
    assert "hidden" in shown
    assert not [text for text in TEXTS if text in shown]


@pytest.mark.parametrize("fact", FACTS, ids=["date of birth", "number"])
@pytest.mark.parametrize(
    "leak", [pickle.dumps, json.dumps, msgspec.json.encode, copy.copy, copy.deepcopy, escape, vars]
)
def test_it_cannot_be_stored_encoded_copied_or_put_into_a_page(fact: object, leak: object) -> None:
    with pytest.raises(TypeError) as raised:
        leak(fact)  # type: ignore[operator]
    assert not [text for text in TEXTS if text in str(raised.value)]


def test_it_can_be_revealed_and_compared() -> None:
    assert NationalInsuranceNumber("JX000011A") == FACTS[1]
    assert NationalInsuranceNumber("JX000011A").reveal() == "JX000011A"
    assert DateOfBirth(date(1998, 2, 15)) != FACTS[0]
    assert DateOfBirth(date(1998, 2, 14)).reveal() == date(1998, 2, 14)
