"""Walking the registration as a person would: one page after another, by what the pages say."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.web.conftest import Browser

DATE_OF_BIRTH = {"date_of_birth_day": "14", "date_of_birth_month": "2", "date_of_birth_year": "1998"}
YES_NAME = {"name_is_correct": "yes"}
EMAIL = {"email": "priya@ash.example"}
FULL_TIME = {"working_pattern": "full_time"}
PROVIDER_LED = {"training_programme": "provider_led"}
SCHOOL_LED = {"training_programme": "school_led"}


def on(day: int, month: int, year: int) -> dict[str, str]:
    """Return a start date as typed."""
    return {"start_date_day": str(day), "start_date_month": str(month), "start_date_year": str(year)}


def identity(trn: str = "9900001", **changes: str) -> dict[str, str]:
    """Return a TRN and date of birth as typed."""
    return {"trn": trn, **DATE_OF_BIRTH, **changes}


class Walker:
    """One registration in one browser."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.base = ""
        self.step = ""
        self.email = EMAIL["email"]

    async def start(self) -> Walker:
        """Make a draft from the start page."""
        await self.browser.get("/school/register-ect")
        await self._follow(await self.browser.post("/school/register-ect"))
        return self

    async def answer(self, *expected: str, **fields: Any) -> Walker:
        """Post the page the walk is on; checks which page comes next when that is said."""
        await self._follow(await self.post(**fields))
        assert not expected or self.step == expected[0], f"{self.step}: {self.browser.text()[:300]}"
        return self

    async def post(self, **fields: Any) -> Any:
        """Post the page the walk is on, with the version of the answer that the last page showed."""
        page = self.browser.page.text if self.browser.page is not None else ""
        version = re.findall(r'name="answer_version" value="([^"]*)"', page)[:1]
        return await self.browser.post(f"{self.base}/{self.step}", {"answer_version": version, **fields})

    async def visit(self, step: str) -> Any:
        """Open a step; returns the answer."""
        answer = await self.browser.get(f"{self.base}/{step}")
        if answer.status_code == 200:
            self.step = step
        return answer

    async def refused(self, **fields: Any) -> dict[str, str]:
        """Post the page the walk is on and expect it back; returns the messages of the summary."""
        answer = await self.post(**fields)
        assert answer.status_code == 422, (answer.status_code, answer.headers.get("location"))
        return summary(answer.text)

    def choice(self, text: str) -> str:
        """Return the value of the option of the last page whose words begin so."""
        assert self.browser.page is not None
        for value, words in options(self.browser.page.text):
            if words.startswith(text):
                return value
        raise AssertionError(f"{text} is not offered: {options(self.browser.page.text)}")

    def offered(self) -> list[str]:
        """Return the words of every option of the last page."""
        assert self.browser.page is not None
        return [words for value, words in options(self.browser.page.text) if value]

    async def _follow(self, answer: Any) -> None:
        assert answer.status_code == 303, (answer.status_code, self.browser.text()[:400])
        location = answer.headers["location"].split("?")[0]
        self.base, _, self.step = location.rpartition("/")
        shown = await self.browser.get(answer.headers["location"])
        while shown.status_code == 303:
            location = shown.headers["location"].split("?")[0]
            self.base, _, self.step = location.rpartition("/")
            shown = await self.browser.get(shown.headers["location"])
        assert shown.status_code == 200, shown.status_code

    async def to_email(self, trn: str = "9900001") -> Walker:
        """Walk to the question of the email address."""
        await self.start()
        await self.answer("review-ect", **identity(trn))
        return await self.answer("email-address", **YES_NAME)

    async def to_programme(self, trn: str = "9900001", *, start: dict[str, str] | None = None) -> Walker:
        """Walk past the working pattern, wherever that leads."""
        await self.to_email(trn)
        await self.answer("start-date", email=self.email)
        await self.answer("working-pattern", **(start or on(3, 10, 2025)))
        return await self.answer(**FULL_TIME)

    async def to_check(self, trn: str = "9900001", provider: str = "Elm") -> Walker:
        """Walk to check answers with a lead provider chosen afresh."""
        await self.to_programme(trn)
        if self.step == "programme-choices":
            await self.answer("appropriate-body", programme_source="choose")
        await self.answer("training-programme", appropriate_body_id=self.choice("North Hub"))
        await self.answer("lead-provider", **PROVIDER_LED)
        return await self.answer("check-answers", provider_choice=self.choice(provider))

    async def register(self, trn: str = "9900001", provider: str = "Elm") -> Walker:
        """Walk the whole way."""
        await self.to_check(trn, provider)
        return await self.answer("confirmation")


def options(page: str) -> list[tuple[str, str]]:
    """Return value and words of every radio and select option."""
    radios = re.findall(
        r'<input[^>]*type="radio"[^>]*value="([^"]*)"[^>]*>\s*<label[^>]*>(.*?)</label>', page, re.DOTALL
    )
    selects = re.findall(r'<option value="([^"]*)"[^>]*>(.*?)</option>', page, re.DOTALL)
    return [(unescape(value), unescape(" ".join(words.split()))) for value, words in radios + selects]


def summary(page: str) -> dict[str, str]:
    """Return field and message of every line of the error summary."""
    found = re.search(r'<div class="govuk-error-summary".*?</ul>', page, re.DOTALL)
    lines = re.findall(r'<a href="#([^"]*)">(.*?)</a>', found.group(0), re.DOTALL) if found else []
    return {field: unescape(" ".join(message.split())) for field, message in lines}


def rows(page: str) -> dict[str, str]:
    """Return key and value of every row of the summary lists of a page."""
    found = re.findall(r'data-row="([^"]*)">.*?<dd class="govuk-summary-list__value">(.*?)</dd>', page, re.DOTALL)
    return {key: unescape(" ".join(re.sub("<[^>]*>", " ", value).split())) for key, value in found}
