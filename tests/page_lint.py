"""The page lint: every HTML answer that any test fetches is held to LNT-1 to LNT-16 (quality, section 2.4) and GDS-12.

`lint(response)` returns what is wrong, each sentence beginning with its rule; the test client fails on any.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import html5lib
import httpx
from lxml import etree, html

from app.templating import CSP_SCRIPT_HASH, INLINE_SCRIPT
from app.web.errors import LAST_RESORT
from app.web.page import SERVICE_NAME

if TYPE_CHECKING:
    from datetime import date

UNPROCESSABLE = 422
SPACES = re.compile(r"\s+")
HASHED = re.compile(r"/static/[\w./-]+-[0-9a-f]{10}\.(css|js)")
WORDS = re.compile(r">[^<>&\0]*[^<>&\0\s][^<>&\0]*<")
VALUES = re.compile(r'(?<!type)="[^"<>&\0]*"')
"""What no parser trips over; a hidden control is more than a value, where a table is."""
CONTROLS = "self::input[not(@type='hidden' or @type='submit' or @type='button')] or self::select or self::textarea"
THIRD_PERSON = re.compile(
    r"trn|date_of_birth_\w+|national_insurance_number|corrected_name|new_name|induction_tutor_(name|email)"
)
OWN_TOKENS = {"off", "email", "name", "username", "organization", "one-time-code", "current-password"}
NAME_OR_EMAIL = re.compile(r"(\w+_)?(name|email)")
VERBS = {
    "accept", "act", "add", "apply", "assign", "cancel", "challenge", "change", "choose", "clear", "close", "confirm", "continue",
    "decline", "delete", "download", "end", "enter", "give", "keep", "mark", "menu", "name", "print", "register", "replace", "report", "resume", "run", "save",
    "search", "select", "send", "set", "show", "sign", "start", "stay", "stop", "switch", "tell", "try", "undo", "use",
    "view", "withdraw",
}  # fmt: skip
BANNED = re.compile(
    r"\b(?:[Cc]ohorts?|[Cc]ontract periods?|[Pp]articipants?|FIP|CIP|DIY|TRS|NINO|NI numbers?)\b|\b[Cc]lick here\b"
)
STRAIGHT_QUOTES = re.compile(r"\"|\b(?:\w+n't|\w+'(?:re|ve|ll)|(?:it|that|there|here|what|who)'s)\b", re.IGNORECASE)
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
Found = Iterator[str]


@dataclass(frozen=True)
class Page:
    """An HTML answer and what the checks ask of it."""

    response: httpx.Response
    text: str
    partial: bool
    secrets: Collection[str]
    with_headers: bool

    @cached_property
    def root(self) -> html.HtmlElement:
        if self.partial:
            return html.document_fromstring(f"<!DOCTYPE html><html><body>{self.text}</body></html>")
        return html.document_fromstring(self.text)

    @cached_property
    def h1(self) -> str:
        return words(next(iter(self.all("//h1")), None))

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        return self.response.request.url.path

    def all(self, path: str) -> list[html.HtmlElement]:
        return list(_xpath(path)(self.root))


@cache
def _xpath(path: str) -> etree.XPath:
    return etree.XPath(path)


def has_class(name: str) -> str:
    """Return the XPath condition for a class."""
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


def words(element: html.HtmlElement | None) -> str:
    """Return the text of an element with single spaces."""
    return "" if element is None else SPACES.sub(" ", str(element.text_content())).strip()


def lint(response: httpx.Response, *, secrets: Collection[str] = (), headers: bool = True) -> list[str]:
    """Return what is wrong with an HTML answer; of any other answer, nothing.

    `secrets` are dates of birth and National Insurance numbers of test people as they could be written
    (see `spellings`); `headers` is False only where an app without the service's middleware answers.
    """
    if not response.headers.get("content-type", "").startswith("text/html"):
        return []
    if not response.text or response.text == LAST_RESORT:
        return []
    asked = response.request.headers
    partial = asked.get("hx-request") == "true" and asked.get("hx-history-restore-request") != "true"
    page = Page(response, response.text, partial, secrets, headers)
    if partial and "<html" in page.text:
        return ["LNT-16: a whole document where the partial was asked for"]
    return [f"{check.__doc__}: {found}" for check in CHECKS for found in check(page)]


def spellings(day: date) -> set[str]:
    """Return the ways in which a date of birth could appear."""
    return {day.isoformat(), f"{day.day} {day:%B %Y}", f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}"}


def parses(page: Page) -> Found:
    """LNT-1"""
    yield from parse_errors(page.text, partial=page.partial)


def parse_errors(text: str, *, partial: bool) -> tuple[str, ...]:
    """Return the HTML5 parse errors; of texts that differ by words and values alone, one is parsed."""
    built = VALUES.sub('=""', WORDS.sub(">words<", text))
    key = (hashlib.sha256(built.encode()).digest(), partial)
    if key not in _parsed:
        parser = html5lib.HTMLParser()
        parser.parseFragment(text) if partial else parser.parse(text)
        _parsed[key] = tuple(f"{code} at {place} {about}" for place, code, about in parser.errors)
    return _parsed[key]


_parsed: dict[tuple[bytes, bool], tuple[str, ...]] = {}


def ids_are_unique(page: Page) -> Found:
    """LNT-1"""
    counts = Counter(element.get("id") for element in page.all("//*[@id]"))
    yield from (f'id "{name}" {count} times' for name, count in counts.items() if count > 1)


def headings_are_in_order(page: Page) -> Found:
    """LNT-1"""
    count = len(page.all("//h1"))
    if count != 1:
        yield f"{count} h1 elements"
    level = 1
    for heading in page.all("//main//h1/following::*[self::h2 or self::h3 or self::h4 or self::h5][ancestor::main]"):
        found = int(heading.tag[1])
        if found > level + 1:
            yield f'heading "{words(heading)}" skips a level'
        level = found
    yield from (f"empty {heading.tag}" for heading in page.all("//h1|//h2|//h3|//h4") if not words(heading))


def title_says_it(page: Page) -> Found:
    """LNT-2"""
    title = words(next(iter(page.all("//title[not(ancestor::svg)]")), None))
    wanted = ("Error: " if page.status == UNPROCESSABLE else "") + page.h1
    if not title.startswith(wanted):
        yield f'title "{title}" does not start with "{wanted}"'
    if f" – {SERVICE_NAME}" not in title:
        yield f'title "{title}" does not name the service'


def controls_have_labels(page: Page) -> Found:
    """LNT-3"""
    labelled = {label.get("for") for label in page.all("//label[@for]") if words(label)}
    for control in page.all(f"//*[{CONTROLS}]"):
        if control.get("id") not in labelled and not control.get("aria-label"):
            yield f'control "{control.get("name")}" has no label'
    for control in page.all("//input[@type='radio'][not(ancestor::fieldset[legend])]"):
        yield f'radio "{control.get("name")}" is in no fieldset with a legend'


def single_question_is_the_heading(page: Page) -> Found:
    """LNT-3"""
    outermost = f"//main//form[@method='post']//*[{has_class('govuk-form-group')}]"
    outermost += f"[not(ancestor::*[{has_class('govuk-form-group')}])][.//input or .//select or .//textarea]"
    apart = page.all(f"//main//*[{has_class('govuk-summary-list')} or self::table]")
    if len(page.all(outermost)) == 1 and not apart and not page.all("//legend//h1 | //label//h1 | //h1//label"):
        yield "the label or legend of the only question is not the h1"


def summary_links_to_fields(page: Page) -> Found:
    """LNT-4"""
    links = page.all(f"//*[{has_class('govuk-error-summary__list')}]//a")
    if page.all(f"//form//*[{has_class('govuk-error-message')}]") and not links:
        yield "errors in the form without an error summary"
    for link in links:
        target = next(iter(page.root.xpath("//*[@id=$id]", id=link.get("href", "")[1:])), None)
        if target is None or target.tag not in {"input", "select", "textarea", "button"}:
            yield f'"{words(link)}" links to no field'
        else:
            yield from summary_link(link, target)


def summary_link(link: html.HtmlElement, target: html.HtmlElement) -> Found:
    """Check one link of the error summary against the field it leads to."""
    group = target.xpath(f"ancestor::*[{has_class('govuk-form-group--error')}][1]")
    inline = " ".join(words(message) for message in group[0].xpath(
        f".//*[{has_class('govuk-error-message')}]")) if group else ""  # fmt: skip
    if words(link) not in inline:
        yield f'"{words(link)}" is not beside its field, which says "{inline}"'
    if target.get("type") == "radio" and target.xpath("preceding::input[@name=$name]", name=target.get("name")):
        yield f'"{words(link)}" does not link to the first radio'
    date_input = target.xpath(f"ancestor::*[{has_class('govuk-date-input')}][1]")
    if date_input:
        wrong = date_input[0].xpath(f".//input[{has_class('govuk-input--error')}]")
        if not wrong or wrong[0] is not target:
            yield f'"{words(link)}" does not link to the first wrong part'


def forms_are_complete(page: Page) -> Found:
    """LNT-5"""
    forms = page.all("//form")
    if len(forms) != len(re.findall(r"<form\b", page.text)) or page.all("//form//form"):
        yield "a form inside a form"
    for form in forms:
        name = form.get("action") or "without action"
        if not form.get("action") or form.get("method") not in {"get", "post"} or form.get("novalidate") is None:
            yield f'form "{name}" lacks method, action or novalidate'
        if form.get("method") == "post":
            hidden = {field.get("name") for field in form.xpath(".//input[@type='hidden']")}
            yield from (f'form "{name}" lacks {field}' for field in {"csrf_token", "school_mark"} - hidden)
    for control in page.all(f"//*[{CONTROLS}][@required or @pattern or @min or @max]"):
        yield f'control "{control.get("name")}" is checked by the browser'


def fields_are_not_remembered(page: Page) -> Found:
    """LNT-6"""
    typed = "not(@type) or @type='text' or @type='email' or @type='tel' or @type='number'"
    for field in page.all(f"//input[{typed}]"):
        name, autocomplete = field.get("name") or "", field.get("autocomplete")
        if THIRD_PERSON.fullmatch(name) and autocomplete != "off":
            yield f'field "{name}" is about somebody else and lacks autocomplete="off"'
        if NAME_OR_EMAIL.fullmatch(name) and autocomplete not in OWN_TOKENS:
            yield f'field "{name}" has neither autocomplete="off" nor a standard token'
        if NAME_OR_EMAIL.fullmatch(name) and field.get("spellcheck") != "false":
            yield f'field "{name}" lacks spellcheck="false"'


def links_lead_somewhere(page: Page) -> Found:
    """LNT-7"""
    for link in page.all("//a"):
        text = words(link) or link.get("aria-label") or ""
        if not text or text.lower() in {"view", "here", "more"}:
            yield f'link to "{link.get("href")}" has no text of its own'
        if link.get("href") in {None, "", "#"} or link.get("download") is not None:
            yield f'link "{text}" has no target, or downloads'
        if link.get("target") and "noopener" not in link.get("rel", ""):
            yield f'link "{text}" opens a new tab without rel'
    yield from (f'hint "{words(hint)}" contains a link' for hint in page.all(f"//*[{has_class('govuk-hint')}][.//a]"))


def nothing_is_inline(page: Page) -> Found:
    """LNT-8"""
    for script in page.all("//script[not(@src)]"):
        if script.text != INLINE_SCRIPT:
            yield "inline script"
    yield from ("inline style" for _ in page.all("//style | //*[@style]"))
    for element in page.all("//*[@*[starts-with(name(), 'on') or starts-with(name(), 'hx-on')]]"):
        yield f"event handler on {element.tag}"
    addresses = [script.get("src") for script in page.all("//script[@src]")]
    addresses += [link.get("href") for link in page.all("//link[@rel='stylesheet' or @rel='modulepreload']")]
    foreign = [address for address in addresses if not HASHED.fullmatch(address or "")]
    yield from (f'"{address}" is not a hashed file of the service' for address in foreign)


def landmarks_are_in_place(page: Page) -> Found:
    """LNT-9"""
    if len(page.all("//main")) != 1:
        yield "not exactly one main"
    back = f"//*[{has_class('govuk-back-link')}]"
    if page.all(f"//main{back} | {back}[not(following::main)]"):
        yield "back link not before main"
    if page.all(back) and page.all(f"//*[{has_class('govuk-breadcrumbs')}]"):
        yield "back link and breadcrumbs"
    labels = Counter(region.get("aria-label") for region in page.all("//nav | //*[@role='region'][@aria-label]"))
    yield from (f'landmark "{label}" {count} times' for label, count in labels.items() if count > 1 or not label)
    if not page.partial:
        yield from whole_landmarks(page)


def whole_landmarks(page: Page) -> Found:
    """Check what only the whole document has."""
    for tag in ("header", "footer"):
        if len(page.all(f"//body/{tag}")) != 1:
            yield f"not exactly one {tag}"
    first = next(iter(page.all("//body//a[@href] | //body//button")), None)
    if first is None or "govuk-skip-link" not in first.get("class", "") or first.get("href") != "#main-content":
        yield "the skip link is not first"


def buttons_say_what_happens(page: Page) -> Found:
    """LNT-10"""
    for button in page.all(f"//button[not({has_class('govuk-back-link')})] | //*[{has_class('govuk-button')}]"):
        text = words(button)
        if not text or text.split()[0].strip(",").lower() not in VERBS:
            yield f'button "{text}"'


def words_are_ours(page: Page) -> Found:
    """LNT-11"""
    if not page.path.startswith(("/admin", "/dev", "/api")):
        text = " ".join(page.all("//body//text()[not(ancestor::script or ancestor::code or ancestor::textarea)]"))
        yield from (f'"{found.group()}"' for found in (*BANNED.finditer(text), *STRAIGHT_QUOTES.finditer(text)))
    for element in page.all("//label | //legend | //th | //dt | //button"):
        text = words(element)
        if "*" in text:
            yield f'asterisk in "{text}"'
        if len(text) > 5 and text.isupper():
            yield f'capitals in "{text}"'


def data_is_marked_up(page: Page) -> Found:
    """LNT-12"""
    if page.all("//table[not(caption)] | //th[not(@scope)]"):
        yield "table without caption, or th without scope"
    for _ in page.all("//dl[*[not(self::div or self::dt or self::dd)] or not(.//dt)] | //dl/div[not(dt) or not(dd)]"):
        yield "dl not well formed"
    yield from (f'image "{image.get("src")}" without alt' for image in page.all("//img[not(@alt)]"))


def document_is_set_up(page: Page) -> Found:
    """LNT-13"""
    if page.partial:
        return
    if page.root.get("lang") != "en":
        yield "no lang"
    viewport = " ".join(page.all("//meta[@name='viewport']/@content"))
    if not viewport or "maximum-scale" in viewport or "user-scalable" in viewport:
        yield "viewport missing, or limits zoom"
    if len(page.all("//link[@rel='stylesheet']")) != 1:
        yield "not exactly one style sheet"


def secrets_are_kept(page: Page) -> Found:
    """LNT-14"""
    answers_the_post = page.status == UNPROCESSABLE and page.response.request.method == "POST"
    if not answers_the_post:
        yield from (f"shows {secret}" for secret in page.secrets if secret in page.text)


def headers_are_there(page: Page) -> Found:
    """LNT-15"""
    headers = page.response.headers
    if "HX-Request" not in headers.get("vary", ""):
        yield "no Vary: HX-Request"
    if page.status == UNPROCESSABLE and headers.get("hx-push-url") != "false":
        yield "422 without HX-Push-Url: false"
    signed_in = page.all("//form[@action='/sign-out'] | //*[@data-session-seconds]")
    if signed_in and "no-store" not in headers.get("cache-control", ""):
        yield "a signed-in page may be cached"
    if page.with_headers:
        yield from security_headers(headers)


def security_headers(headers: httpx.Headers) -> Found:
    """Check the table of ACC-17."""
    policy = headers.get("content-security-policy", "")
    if f"'{CSP_SCRIPT_HASH}'" not in policy or "unsafe" in policy or "default-src 'none'" not in policy:
        yield f'Content-Security-Policy "{policy}"'
    yield from (f"{name} is not {value}" for name, value in SECURITY_HEADERS.items() if headers.get(name) != value)
    if headers.get("referrer-policy") not in {"same-origin", "no-referrer"}:
        yield "no Referrer-Policy"
    yield from (f"no {name}" for name in ("permissions-policy", "strict-transport-security") if name not in headers)


def partial_is_bare(page: Page) -> Found:
    """LNT-16"""
    if not page.partial:
        return
    tops = [*page.all("/html/head/*"), *page.all("/html/body/*")]
    for element in tops:
        declared = element.get("hx-swap-oob") is not None or element.get("id") in {"page", "service-nav"}
        if not declared and element.tag != "title":
            yield f"<{element.tag}> outside the declared parts"
    if [element.get("id") for element in tops].count("page") != 1 or not page.all("//title"):
        yield "no title, or no #page"


def task_lists_say_where_things_stand(page: Page) -> Found:
    """GDS-12"""
    for task in page.all(f"//*[{has_class('govuk-task-list__item')}]"):
        status = next(iter(task.xpath(f".//*[{has_class('govuk-task-list__status')}]")), None)
        if not words(status):
            yield f'task "{words(task)}" has no status in words'
        elif words(status) == "Completed" and status.xpath(f".//*[{has_class('govuk-tag')}]"):
            yield '"Completed" is not plain'
        elif words(status) == "Cannot start yet" and task.xpath(".//a"):
            yield f'task "{words(task)}" cannot be started and is a link'


CHECKS: tuple[Callable[[Page], Found], ...] = (
    parses, ids_are_unique, headings_are_in_order, title_says_it, controls_have_labels,
    single_question_is_the_heading, summary_links_to_fields, forms_are_complete, fields_are_not_remembered,
    links_lead_somewhere, nothing_is_inline, landmarks_are_in_place, buttons_say_what_happens, words_are_ours,
    data_is_marked_up, document_is_set_up, secrets_are_kept, headers_are_there, partial_is_bare, task_lists_say_where_things_stand,
)  # fmt: skip
