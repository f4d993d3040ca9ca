"""Why: what became of an article, a story or an edition, worked out from what the store holds."""

from __future__ import annotations

from digest.core.urls import canonical
from digest.errors import RunError
from digest.explaining.hints import hint
from digest.explaining.layout import Explanation, Fact
from digest.explaining.of_article import of_article
from digest.explaining.of_edition import of_edition
from digest.explaining.of_story import Telling, of_left_out, of_told
from digest.explaining.view import Desk
from digest.explaining.words import counted
from digest.ports import EntryHistory, Store
from digest.render.printable import line
from digest.render.record import edition_from_json

__all__ = ["Desk", "Explanation", "Fact", "counted", "explain"]


async def explain(desk: Desk, subject: str, *, verbose: bool = False) -> Explanation:
    """Return what is known of an article's address, a story's id or an edition's id.

    Nothing is written but vectors of titles. Raises RunError where the store knows nothing by that
    name.
    """
    stored = desk.store.edition(subject)
    if stored is not None:
        return of_edition(desk.store, edition_from_json(stored.record), verbose=verbose)
    history = _history(desk.store, subject)
    if history is not None:
        return await of_article(desk, history)
    found = await _story(desk, subject)
    if found is not None:
        return found
    raise RunError(
        f"nothing is known of {line(subject)[:200]}: it is no address, story or edition of this "
        f"store{hint(desk, subject)}"
    )


def _history(store: Store, subject: str) -> EntryHistory | None:
    """Return the entry with this address, or with one that differs only in how it is written."""
    if not subject:
        return None
    rest = subject.partition("://")[2] or subject
    spellings = [subject, *(f"{scheme}://{rest}" for scheme in ("https", "http"))]
    for each in dict.fromkeys((*spellings, *(canonical(s) for s in spellings))):
        history = store.entry_history(each) if each else None
        if history is not None:
            return history
    return None


async def _story(desk: Desk, subject: str) -> Explanation | None:
    """Return what is known of a story: told, left out, or in the making."""
    tellings = _tellings(desk.store, subject)
    entries = desk.store.entries_of(subject) if subject else []
    if entries:
        latest = max(entries, key=lambda e: (e.first_seen_at, e.id))
        view = await desk.view(desk.judging(latest))
    elif tellings:
        view = await desk.view(tellings[-1][0])
    elif subject.startswith("s-"):
        view = await desk.view(None)
    else:
        return None
    if tellings:
        return of_told(tellings, view, subject)
    story = view.story(subject)
    return of_left_out(view, story) if story is not None else None


def _tellings(store: Store, story_id: str) -> list[Telling]:
    """Return every edition that told a story, with what it told, oldest first."""
    found: list[Telling] = []
    stored = [e for e in store.editions() if story_id and f'"{story_id}"' in e.record]
    for each in reversed(stored):
        edition = edition_from_json(each.record)
        found += [(edition, s) for s in edition.stories if s.id == story_id]
        found += [(edition, b) for b in edition.briefs if b.story_id == story_id]
    return found
