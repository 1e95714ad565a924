"""What the states of the pages must hold together: names, order and words that no page shows alone.

Each check gives sentences about what is wrong, beginning with the rule.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from tests.browser.reading_age import grade
from tests.page_lint import words
from tests.web.autopilot import IDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tests.browser.states import State

Found = "Iterator[str]"
HIGHEST_GRADE = 7.0
DRAFT = re.compile(r"(.*/[0-9a-f]{8}-[0-9a-f-]{27})/[a-z-]+")
SAYS_NOTHING = re.compile(r"(view|change|here|more|read more|see|click here|link|back to)", re.IGNORECASE)
ONCE = re.compile(r'name="(?:csrf_token|school_mark|form_id)" value="[^"]*"|request id: [0-9a-f]+')
PAGE_NUMBER = "Page {}"
"""What the pagination of GOV.UK Frontend calls a link that shows a number (GDS-17)."""
HELP = ("/school/support", "/support")


def faults(states: Sequence[State]) -> list[str]:
    """Return what is wrong with any state, or with what they say together."""
    found = [f"{fault} in {state.name}" for state in states for check in EACH for fault in check(state)]
    return found + [fault for check in TOGETHER for fault in check(states)]


def whole_and_part_say_the_same(state: State) -> Iterator[str]:
    """HTX-4"""
    for part in (r"<title>.*?</title>", r"<h1.*?</h1>", r'<div class="govuk-width-container" id="page".*</main>'):
        both = [re.findall(part, ONCE.sub("", answer.text), re.DOTALL) for answer in (state.whole, state.part)]
        if both[0] != both[1]:
            yield f"HTX-4: {part} differs between whole page and part"


def radios_are_not_expanded(state: State) -> Iterator[str]:
    """AX-17"""
    if state.root.xpath("//input[@type='radio'][@aria-expanded]"):
        yield "AX-17: a radio says that it is expanded"


def names_are_plain(state: State) -> Iterator[str]:
    """AX-18, AX-27"""
    targets: dict[str, set[str]] = defaultdict(set)
    for link in state.root.xpath("//body//a[@href]"):
        targets[words(link)].add(link.get("href").partition("#")[0] or link.get("href"))
        if SAYS_NOTHING.fullmatch(words(link)):
            yield f'AX-18: a link says only "{words(link)}"'
    yield from (f'AX-18: "{name}" leads to {sorted(to)}' for name, to in targets.items() if len(to) > 1)
    for control in state.root.xpath("//a[@aria-label] | //button[@aria-label] | //summary[@aria-label]"):
        label, seen = control.get("aria-label"), words(control)
        if not label.lower().startswith(seen.lower()) and label != PAGE_NUMBER.format(seen):
            yield f'AX-18: "{seen}" is called "{label}"'
    for box in state.root.xpath("//input[@aria-label][@id] | //select[@aria-label] | //textarea[@aria-label]"):
        yield f'AX-18: "{box.get("name")}" is not called what its label says'


def headings_say_something(state: State) -> Iterator[str]:
    """AX-27"""
    levels = [
        (int(heading.tag[1]), words(heading))
        for heading in state.root.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
    ]
    yield from ("AX-27: an empty heading" for _, text in levels if not text)
    for (above, _), (below, text) in itertools.pairwise(levels):
        if below > above + 1:
            yield f'AX-27: "{text}" skips a level'


def language_is_told(state: State) -> Iterator[str]:
    """AX-29"""
    if state.root.get("lang") != "en":
        yield "AX-29: no language"


def one_banner_at_most(state: State) -> Iterator[str]:
    """GDS-13"""
    banners = state.root.xpath("//*[contains(concat(' ', @class, ' '), ' govuk-notification-banner ')]")
    if len(banners) > 1:
        yield "GDS-13: more than one notification banner"
    for banner in banners:
        success = "govuk-notification-banner--success" in banner.get("class")
        if banner.get("role") != ("alert" if success else "region") or not banner.get("aria-labelledby"):
            yield "GDS-13: a notification banner without role or label"


def confirmations_lead_on(state: State) -> Iterator[str]:
    """GDS-9"""
    if not state.path.endswith("/confirmation"):
        return
    main = state.root.xpath("//main")[0]
    links = [link.get("href") for link in main.xpath(".//a")]
    own = [link for link in links if link.startswith("/school/")]
    wanted = {
        "contact": any(link.startswith("mailto:") for link in links),
        "feedback": "/feedback" in links,
        "next": bool(own),
        "a way to keep it": "print this page" in words(main),
    }
    yield from (f"GDS-9: no {what}" for what, there in wanted.items() if not there)


def it_reads_easily(state: State) -> Iterator[str]:
    """GDS-20"""
    if state.whole.status_code == 200 and state.path.startswith("/school") and grade(state.root) > HIGHEST_GRADE:
        yield f"GDS-20: reads like grade {grade(state.root):.1f}"


def addresses_have_titles_of_their_own(states: Sequence[State]) -> Iterator[str]:
    """AX-6, GDS-1"""
    journeys: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for state in states:
        journey = DRAFT.fullmatch(state.path)
        if journey and state.whole.status_code in {200, 422}:
            journeys[journey.group(1)][
                state.whole.text.partition("<title>")[2].partition("</title>")[0].removeprefix("Error: ")
            ].add(state.path)
    for titles in journeys.values():
        yield from (
            f"AX-6, GDS-1: {sorted(paths)} are all called {title}" for title, paths in titles.items() if len(paths) > 1
        )


def order_is_the_same_everywhere(states: Sequence[State]) -> Iterator[str]:
    """AX-23, AX-31"""
    for where in ("//footer//a", "//*[@id='navigation']//a", "//header//*[contains(@class, 'app-header__list')]//a"):
        orders = Counter(
            tuple((link.get("href"), re.sub(r" \(.*\)|^.*: ", "", words(link))) for link in state.root.xpath(where))
            for state in states
        )
        yield from differing(where, [order for order in orders if order])
    for state in states:
        if state.root.xpath("//footer") and not any(state.root.xpath(f"//footer//a[@href='{href}']") for href in HELP):
            yield f"AX-23: no help in the footer of {state.name}"


def differing(where: str, orders: Iterable[tuple[tuple[str, str], ...]]) -> Iterator[str]:
    """Give each pair of links that stands in two orders, and each link with two names."""
    before: set[tuple[str, str]] = set()
    names: dict[str, set[str]] = defaultdict(set)
    for order in orders:
        for place, (href, name) in enumerate(order):
            names[href].add(name)
            before |= {(href, later) for later, _ in order[place + 1 :]}
    yield from (
        f"AX-31: {one} and {other} change places in {where}"
        for one, other in before
        if (other, one) in before and one < other
    )
    yield from (f"AX-31: {href} is called {sorted(called)}" for href, called in names.items() if len(called) > 1)


def changes_are_checked_first(states: Sequence[State]) -> Iterator[str]:
    """AX-20"""
    drafts = {
        match.group(1) for state in states if (match := DRAFT.fullmatch(state.path)) and state.kind == "confirmed"
    }
    checked = {state.path.rpartition("/")[0] for state in states if state.path.endswith("/check-answers")}
    yield from (f"AX-20: {IDS.sub('_', draft)} is done without check answers" for draft in drafts - checked)


EACH: tuple[Callable[[Any], Iterator[str]], ...] = (
    whole_and_part_say_the_same, radios_are_not_expanded, names_are_plain, headings_say_something, language_is_told,
    one_banner_at_most, confirmations_lead_on, it_reads_easily,
)  # fmt: skip
TOGETHER: tuple[Callable[[Any], Iterator[str]], ...] = (
    addresses_have_titles_of_their_own, order_is_the_same_everywhere, changes_are_checked_first,
)  # fmt: skip
