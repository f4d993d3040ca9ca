"""Editions made before, as the store holds them: what a new one is held against."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from digest.core import edition as editions
from digest.core.rebuilding import is_rebuilt
from digest.models import Edition, Window
from digest.ports import Ledger, Store
from digest.render.record import edition_from_json

REMEMBERED = 10  # earlier editions a story is held against


def standing(store: Store, edition_id: str) -> Edition | None:
    """Return the edition that is stored under an id, None where there is none."""
    stored = store.edition(edition_id)
    return edition_from_json(stored.record) if stored else None


def published(store: Store, name: str, day: date) -> list[Edition]:
    """Return the editions with stories before ``day``, newest first."""
    stored = store.editions(name=name, before=day, limit=REMEMBERED)
    return [e for e in (edition_from_json(s.record) for s in stored) if e.stories]


def window(earlier: list[Edition], now: datetime, first: timedelta) -> Window:
    """Return the span the next edition covers, after the ``earlier`` ones."""
    closed = max((c for e in earlier if (c := e.window.closes) < now), default=None)
    return editions.window(now, first, closed)


def why_it_stands(edition: Edition, store: Store, ledger: Ledger) -> str:
    """Return why an edition may not be made anew, "" where it may.

    Files can be made anew, mail cannot. Nor can an edition whose articles' texts are not on this
    machine: it would lose its sentences.
    """
    if ledger.delivery_began(edition.id):
        return "has been sent already"
    if is_rebuilt(edition):
        return "was rebuilt from a committed edition and holds only a part of it"
    if store.traces(s.article_id for told in edition.stories for s in told.sources):
        return "was made on another machine, which has the texts"
    return ""


def cited(edition: Edition) -> frozenset[str]:
    """Return the ids of the articles an edition cites: by it they were judged."""
    told = [s for story in edition.stories for s in story.sources]
    told += [s for brief in edition.briefs for s in brief.sources]
    return frozenset(s.article_id for s in told)
