"""Which stories lead, and why. What each weighs is the matter of ``scoring``."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from digest.core import companies, scoring
from digest.core.scoring import Scored
from digest.models import Edition, EntryOutcome, Judged, Ranked, Story, StoryStatus

LEADING: Final = 3  # places of an edition that lead
LATELY: Final = timedelta(days=3)
SAME_PUBLISHER: Final = -0.5  # for each story above that the same publisher tells alone
SAME_COMPANY: Final = -0.4  # for each story above about the same company


def rank(
    stories: Iterable[Judged],
    *,
    now: datetime,
    topics: Sequence[str] = (),
    earlier: Sequence[Edition] = (),
) -> list[Ranked]:
    """Return the stories, the leading one first, each with the parts of its score in words.

    A story weighs less the more stories of its publisher or company are above it, and the more of
    the ``earlier`` editions its company led lately. Of equal scores the one with the latest report
    goes first, then the lower id.
    """
    led = _led(earlier, now)
    scored = [scoring.score(judged, now, topics, led) for judged in stories]
    return _placed(scored)


def split(
    ranked: Sequence[Ranked],
    *,
    max_stories: int,
    max_briefs: int,
    per_publisher: int,
    per_company: int,
    language: str,
    translates: bool = False,
) -> tuple[list[Ranked], list[Ranked], list[tuple[Ranked, EntryOutcome, str]]]:
    """Return (stories, briefs, left out with the reason), in rank order.

    Repeats are left out. With ``per_publisher`` stories told by one publisher alone above, or
    ``per_company`` about one company, the next such is told in one line; so is a story that no
    source tells in the edition's language, unless the writer ``translates``.
    """
    stories: list[Ranked] = []
    briefs: list[Ranked] = []
    out: list[tuple[Ranked, EntryOutcome, str]] = []
    alone: Counter[str] = Counter()
    about: Counter[str] = Counter()
    for place, item in enumerate((r for r in ranked if not _repeated(r)), 1):
        story = item.judged.story
        publisher, company = scoring.alone(story), scoring.company(story)
        capped = ""
        if publisher and alone[publisher] >= per_publisher:
            told = f"told by {scoring.teller(story)} alone"
            capped = f"{_stories(per_publisher)} {told} above (per_publisher_cap)"
        elif company and about[company] >= per_company:
            shown = companies.shown(company)
            capped = f"{_stories(per_company)} about {shown} above (per_company_cap)"
        elif not translates and not readable(story, language):
            tongue = story.evidence[0].article.language
            capped = f"told in another language alone ({tongue}), and no model translates it"
        if len(stories) < max_stories and not capped:
            stories.append(item)
            alone[publisher] += 1
            about[company] += 1
        elif len(briefs) < max_briefs:
            why = (f"in one line: {capped}",) if capped and len(stories) < max_stories else ()
            briefs.append(replace(item, reasons=(*item.reasons, *why)))
        else:
            held = {0: "", 1: " and the one-line brief"}
            full = held.get(max_briefs, f" and the {max_briefs} one-line briefs")
            below = f"below {_stories(max_stories, 'the ')}{full}; score {item.score:.1f}"
            if capped and len(stories) < max_stories:
                below = f"{capped}, and there is no more room in brief"
            reason = f"placed {_ordinal(place)}: {below}"
            out.append((item, EntryOutcome.BELOW_CUT, reason))
    repeats = (r for r in ranked if _repeated(r))
    return stories, briefs, out + [(r, EntryOutcome.REPEAT, r.judged.reason) for r in repeats]


def readable(story: Story, language: str) -> bool:
    """Decide whether any report of the story is written in ``language`` (or in one unknown)."""
    return any(e.article.language in ("", language) for e in story.evidence)


def _repeated(item: Ranked) -> bool:
    return item.judged.status is StoryStatus.REPEAT


def _stories(count: int, the: str = "") -> str:
    return f"{the}one story" if count == 1 else f"{the}{count} stories"


def _ordinal(place: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{'th' if place % 100 in (11, 12, 13) else ending}"


def _placed(scored: Iterable[Scored]) -> list[Ranked]:
    """Place the best story, and again with what is above it taken into account.

    What a story loses only grows as others are placed, so a score that was looked at before is
    never too low, and the heap's first needs a second look only.
    """
    alone: Counter[str] = Counter()
    about: Counter[str] = Counter()
    queue = [(-item.score, -item.latest.timestamp(), item.judged.story.id, item) for item in scored]
    heapq.heapify(queue)
    placed = []
    while queue:
        standing, latest, key, item = heapq.heappop(queue)
        parts = (*item.parts, *_beside(item, alone, about))
        score = scoring.total(parts)
        if -score > standing:
            heapq.heappush(queue, (-score, latest, key, item))
            continue
        if item.judged.status is not StoryStatus.REPEAT:
            alone[item.alone] += 1
            about[item.company] += 1
        told = tuple(f"{reason} ({points:+.1f})" for points, reason in parts)
        placed.append(Ranked(item.judged, score, told))
    return placed


def _beside(item: Scored, alone: Counter[str], about: Counter[str]) -> list[tuple[float, str]]:
    found = []
    if item.alone and (above := alone[item.alone]):
        told = f"told by {scoring.teller(item.judged.story)} alone"
        found.append((SAME_PUBLISHER * above, f"{_above(above)} {told}"))
    if item.company and (above := about[item.company]):
        company = companies.shown(item.company)
        found.append((SAME_COMPANY * above, f"{_above(above)} about {company}"))
    return found


def _above(stories: int) -> str:
    return f"below {_stories(stories)}"


def _led(earlier: Sequence[Edition], now: datetime) -> Counter[str]:
    """Return in how many of the last days' editions a company or a story (by id) led."""
    led: Counter[str] = Counter()
    for edition in earlier:
        if timedelta(0) < now - edition.generated_at <= LATELY + timedelta(hours=1):
            first = edition.stories[:LEADING]
            led.update({s.id for s in first} | {companies.subject([s.headline]) for s in first})
    del led[""]
    return led
