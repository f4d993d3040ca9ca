"""A stored edition made again from stored articles, after a setting has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from digest import earlier as before
from digest.core.edition import sources
from digest.editing import Choices, Edited
from digest.errors import ConfigError, RunError
from digest.models import (
    Brief,
    Edition,
    EditionBrief,
    EditionStory,
    Ranked,
)
from digest.pipeline import editing, frozen
from digest.render.record import edition_from_json, edition_to_json
from digest.world import World
from digest.writing import Writing, Written

_WEIGHT = ("left out", "added", "told anew", "moved")


@dataclass(frozen=True)
class Change:
    """What became of one story of an edition that was made again."""

    what: str  # left out | added | told anew | moved
    story_id: str
    headline: str
    detail: str


@dataclass(frozen=True)
class Remade:
    """An edition as it was, as it is now, and what became of its stories."""

    was: Edition
    edited: Edited
    changes: tuple[Change, ...]

    @property
    def edition(self) -> Edition:
        """Return the edition that stands: an emptier one never takes a full one's place."""
        return self.was if self.emptied else self.edited.edition

    @property
    def emptied(self) -> bool:
        """Tell whether no story would be left."""
        return bool(self.was.stories) and not self.edited.edition.stories

    @property
    def changed(self) -> bool:
        """Tell whether the record that stands is another than before."""
        return edition_to_json(self.edition) != edition_to_json(self.was)


async def remake(choices: Choices, edition_id: str, world: World) -> Remade:
    """Make a stored edition again for its own date, window and time, and store it where it changed.

    Only stored articles seen until then are used, and no feed is asked. It is held against the
    editions before it, as they are; those after it stay, and so does what they say of an entry.
    The caller holds the store's lease. Raises RunError for an edition there is not and ConfigError
    for one that has to stand.
    """
    store = world.store
    was = _to_remake(choices, edition_id, world)
    desk = editing(choices, world)
    edited = await replace(desk, writing=Rewriting(desk.writing, was)).run(
        now=was.generated_at,
        day=was.date,
        window=was.window,
        earlier=before.published(store, choices.name, was.date),
        feeds=was.counts.get("feeds", 0),
        also_fresh=before.cited(was),
    )
    changes = sorted(_changes(was, edited), key=lambda change: _WEIGHT.index(change.what))
    remade = Remade(was, edited, tuple(changes))
    if remade.changed:
        later = _cited_after(world, was)
        outcomes = [
            (i, e.outcome, e.story_id, e.reason)
            for i, e in edited.entries.items()
            if i not in later
        ]
        store.save_edition(frozen(remade.edition), outcomes=outcomes, replace=True)
    return remade


def _to_remake(choices: Choices, edition_id: str, world: World) -> Edition:
    was = before.standing(world.store, edition_id)
    if was is None:
        raise RunError(f"there is no edition {edition_id}; `digest editions list` names those made")
    if was.name != choices.name:
        raise ConfigError(
            f"{edition_id} is an edition “{was.name}”; configured is “{choices.name}”", key="ID"
        )
    why = before.why_it_stands(was, world.store, world.ledger)
    if why:
        raise ConfigError(f"{edition_id} {why}, so it stands", key="ID")
    return was


def _cited_after(world: World, was: Edition) -> frozenset[str]:
    """Return the ids of the articles that later editions cite: theirs is the latest word."""
    stored = [e for e in world.store.editions(name=was.name) if e.date > was.date]
    return frozenset[str]().union(*(before.cited(edition_from_json(e.record)) for e in stored))


def _changes(was: Edition, edited: Edited) -> Iterator[Change]:
    """Yield what became of each story, what matters most first, else in their order."""
    now = edited.edition
    old = _placed(was)
    gone = dict(old)
    for item, place in _placed(now).values():
        before_it = _same(item, old)
        if before_it is None:
            yield Change("added", _id(item), _headline(item), place)
            continue
        gone.pop(_id(before_it), None)
        stood = old[_id(before_it)][1]
        if stood != place:
            yield Change("moved", _id(item), _headline(item), f"{stood} → {place}")
        elif item != before_it:
            yield Change("told anew", _id(item), _headline(item), place)
    for item, place in gone.values():
        yield Change("left out", _id(item), _headline(item), f"{place}; {_why(item, edited)}")


Piece = EditionStory | EditionBrief


def _placed(edition: Edition) -> dict[str, tuple[Piece, str]]:
    """Return an edition's stories and briefs by id, each with its place in words."""
    placed: dict[str, tuple[Piece, str]] = {
        brief.story_id: (brief, "in brief") for brief in edition.briefs
    }
    return {s.id: (s, f"place {s.rank}") for s in edition.stories} | placed


def _same(item: Piece, old: Mapping[str, tuple[Piece, str]]) -> Piece | None:
    """Return the piece that told this story before: by its id, or by the sources they share."""
    if _id(item) in old:
        return old[_id(item)][0]
    own = {s.article_id for s in item.sources}
    return next((o for o, _ in old.values() if own & {s.article_id for s in o.sources}), None)


def _why(item: Piece, edited: Edited) -> str:
    """Return why a story is not told any more, by what became of its sources."""
    reports = [edited.entries[s.article_id] for s in item.sources if s.article_id in edited.entries]
    reasons = list(dict.fromkeys(f"{r.outcome}: {r.reason}" for r in reports))
    return reasons[0] if reasons else "its reports are not among the stored articles"


def _id(item: Piece) -> str:
    return item.story_id if isinstance(item, EditionBrief) else item.id


def _headline(item: Piece) -> str:
    return item.text if isinstance(item, EditionBrief) else item.headline


class Rewriting(Writing):
    """Writes what has changed: a model's text of a story that is told as before stays."""

    def __init__(self, writing: Writing, was: Edition) -> None:
        super().__init__(writing.language, writing.model, writing.fence, writing.progress)
        model = writing.model.name if writing.model and was.language == writing.language else None
        told = [s for s in was.stories if model and s.written_by.model == model]
        self.texts = {(s.status, s.sources): _brief(s) for s in told}

    async def run(self, ranked: Sequence[Ranked]) -> Written:
        """Write every story that the edition did not tell in the same way."""
        kept: dict[str, Brief] = {}
        for item in ranked:
            story = item.judged.story
            brief = self.texts.get((item.judged.status, sources(story)))
            if brief is not None:
                kept[story.id] = brief
        written = await super().run([r for r in ranked if r.judged.story.id not in kept])
        written.briefs |= kept
        return written


def _brief(story: EditionStory) -> Brief:
    return Brief(
        story.emoji,
        story.headline,
        story.lead,
        story.sections,
        story.written_by,
        story.what_changed,
        story.disagreements,
    )
