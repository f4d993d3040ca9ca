"""What an edition's making looked like, worked out again from what the store holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest import earlier as before
from digest.core import edition as editions
from digest.core import stories
from digest.editing import Choices, Editing, Plan
from digest.models import Edition, EntryOutcome, Ranked, Story
from digest.ports import EntryHistory, Store
from digest.render.record import edition_from_json


@dataclass(frozen=True)
class View:
    """What would be told, by today's settings: by an edition that is made, or by the next."""

    edition: Edition | None  # None: the next one
    plan: Plan

    @property
    def named(self) -> str:
        """Return which edition this is, in words."""
        return self.edition.id if self.edition else "the next edition"

    def story_of(self, article_id: str) -> Story | None:
        """Return the story that an article is in, as evidence, copy, commentary or link."""
        held = self.plan.grouped.stories
        return next((s for s in held if article_id in members(s)), None)

    def story(self, story_id: str) -> Story | None:
        """Return a story by the id it would be told under, or its own."""
        for item in self.ranked():
            if item.judged.story.id == story_id:
                return self.story_of(item.judged.story.evidence[0].article.id)
        return next((s for s in self.plan.grouped.stories if s.id == story_id), None)

    def ranked(self) -> list[Ranked]:
        """Return every story that something new was told of, as ranked."""
        return self.plan.ranked

    def ranking_of(self, story: Story) -> Ranked | None:
        """Return how a story was ranked; None where nothing new was told of it."""
        own = members(story)
        return next((r for r in self.ranked() if own & members(r.judged.story)), None)

    def place_of(self, ranked: Ranked) -> str:
        """Return in words where a story stands in which edition, or why it is left out of it."""
        for place, item in enumerate(self.plan.leading, 1):
            if item is ranked:
                return f"place {place} of {len(self.plan.leading)} stories, in {self.named}"
        # One told in a line is a copy: it has one reason more.
        if any(item.judged is ranked.judged for item in self.plan.short):
            return f"in brief, in {self.named}"
        reasons = [(o, why) for item, o, why in self.plan.left_out if item is ranked]
        told = "; ".join(f"{outcome}: {why}" for outcome, why in reasons)
        return f"left out of {self.named} ({told})"


def members(story: Story) -> frozenset[str]:
    """Return the ids of all articles of a story."""
    held = (*stories.reports(story), *story.commentary, *story.links)
    return frozenset(article.id for article in held)


@dataclass
class Desk:
    """Where explanations are worked out: the store, and how an edition is planned from it."""

    choices: Choices
    store: Store
    editing: Editing
    now: datetime
    feeds: Mapping[str, str]  # names of the configured feeds, by address

    async def view(self, edition: Edition | None) -> View:
        """Return what an edition told and left out, planned again; None: the next one."""
        if edition is None:
            return View(None, await self._next())
        plan = await self.editing.plan(
            now=edition.generated_at,
            window=edition.window,
            earlier=before.published(self.store, edition.name, edition.date),
            also_fresh=before.cited(edition),
        )
        return View(edition, plan)

    def judging(self, history: EntryHistory) -> Edition | None:
        """Return the edition that judged an entry first, None where the next one will."""
        if history.outcome in (EntryOutcome.READ, EntryOutcome.PENDING, EntryOutcome.FOUND):
            return None
        seen = (history.article or history).first_seen_at
        return self.covering(seen)

    def covering(self, moment: datetime) -> Edition | None:
        """Return the first edition that could know of something seen at that moment."""
        made = self.store.editions(name=self.choices.name)
        after = [e for e in made if e.window.closes >= moment]
        if not after:
            return None
        return edition_from_json(min(after, key=lambda e: (e.window.closes, e.id)).record)

    def telling(self, since: datetime) -> Iterable[Edition]:
        """Yield the editions made since a moment, of any name, oldest first."""
        for stored in reversed(self.store.editions()):
            if stored.window.closes >= since:
                yield edition_from_json(stored.record)

    async def _next(self) -> Plan:
        day = editions.local_date(self.now, self.choices.timezone)
        if before.standing(self.store, editions.edition_id(self.choices.name, day)) is not None:
            day += timedelta(days=1)
        earlier = before.published(self.store, self.choices.name, day)
        window = before.window(earlier, self.now, self.choices.window)
        return await self.editing.plan(now=self.now, window=window, earlier=earlier)
