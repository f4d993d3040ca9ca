"""What is remembered, kept on a git branch between runs on machines that forget everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from digest.core import state as states
from digest.core.committed import LONGEST, Committed, can_close, committed
from digest.core.edition import edition_id
from digest.core.names import is_edition_name
from digest.core.rebuilding import Rebuilt, of_record, rebuilt
from digest.core.traces import trace
from digest.errors import DeliveryError, RenderError, StoreError
from digest.models import Edition, Feed, FinishedOutput, State, StoredEdition
from digest.ports import Branch, Publication, Store
from digest.render.record import edition_from_json, edition_to_json

READ_BACK = 10  # committed editions: as many as a story is held against


def save(store: Store, branch: Branch, *, now: datetime) -> str:
    """Put what later runs need on the branch; return one sentence on what was saved.

    Raises StoreError and DeliveryError, and refuses to put its files in the place of those that a
    newer version of the program wrote.
    """
    there = branch.read()
    if there is not None:
        _refuse_newer(there)
    kept = _traced(store, states.needed(store.state(since=now - states.REACH), now))
    said = _holds(kept)
    if branch.write(states.to_files(kept), f"State of {now:%Y-%m-%d %H:%M} UTC: {said}"):
        return f"state saved: {said}"
    return f"state unchanged: {said}"


def load(
    store: Store,
    branch: Branch,
    publication: Publication | None,
    *,
    feeds: Sequence[Feed],
    name: str = "daily",
    outputs: Sequence[str] = (),
) -> str:
    """Put what was saved into the store; return one sentence on what was found.

    ``feeds`` are those configured, ``name`` is the edition's, ``outputs`` are the keys of the
    outputs that have the committed editions. Where the state is lost or damaged, and for editions
    committed since it was saved, it is rebuilt from ``publication``. What the
    store holds already stays. Raises StoreError and DeliveryError.
    """
    files = branch.read()
    addresses = [url for feed in feeds for url in (feed.url, *feed.fallbacks)]
    found, trouble = State(), ""
    if files is not None:
        _refuse_newer(files)
        try:
            found = _checked(states.from_files(files, addresses))
        except StoreError as error:
            trouble = str(error)
    known = {e.id for e in found.editions}
    texts, unread = _published(publication, needed=files is None or bool(trouble))
    read = [edition for edition in map(_told, texts) if edition is not None]
    missed = [each for each in read if edition_id(each.name or name, each.date) not in known]
    back = rebuilt(missed, name=name, feeds=feeds)
    store.load_state(_with(found, back, outputs))
    if texts and not read:
        unread = "none of them is an edition in Markdown or JSON as this program makes them"
    return _sentence(files is not None, trouble, unread, found, back)


def _refuse_newer(files: Mapping[str, str]) -> None:
    if states.made_by_newer(files):
        raise StoreError(
            "a newer version of Digest wrote the state; use that version, or delete the state's "
            "branch to begin anew"
        )


def _traced(store: Store, state: State) -> State:
    """Return the state with a trace of every article an edition cites."""
    have = {t.article_id for t in state.traces}
    cited = states.told(state.editions) & {a.id for a in state.articles}
    made = [trace(a) for a in store.articles_by_id(sorted(cited)) if a.text or a.id not in have]
    new = {t.article_id for t in made}
    old = [t for t in state.traces if t.article_id not in new]
    return replace(state, traces=(*old, *made))


def _checked(state: State) -> State:
    """Return the state; raises StoreError where an edition in it is none."""
    for stored in state.editions:
        try:
            edition = edition_from_json(stored.record)
        except RenderError as error:
            raise StoreError(f"editions.jsonl, {stored.id}: {error}") from error
        if (edition.id, edition.name, edition.date) != (stored.id, stored.name, stored.date):
            raise StoreError(f"editions.jsonl, {stored.id}: its record is of {edition.id}")
        if stored.window != edition.window:
            raise StoreError(f"editions.jsonl, {stored.id}: its record has another window")
        if fault := _fault(edition):
            raise StoreError(f"editions.jsonl, {stored.id}: {fault}")
    return state


def _fault(edition: Edition) -> str:
    """Return why this can be no edition of ours, "" where it can.

    Its name and id become parts of paths, and the next one of its name opens where it closes.
    """
    if not is_edition_name(edition.name):
        return "no edition can have its name"
    if edition.id != edition_id(edition.name, edition.date):
        return "its id is not its name and its day"
    window = edition.window
    if not window.opens <= window.closes == edition.generated_at:
        return "its window does not end when it was made"
    if not can_close(edition.date, window.closes):
        return "its window is of another time"
    return ""


def _published(publication: Publication | None, *, needed: bool) -> tuple[list[str], str]:
    """Return the committed editions' texts, and what kept from reading them.

    Raises DeliveryError where they are ``needed``, and could not be read.
    """
    if publication is None:
        return [], ""
    try:
        return publication.published(READ_BACK)[:READ_BACK], ""
    except DeliveryError as error:
        if needed:
            raise
        return [], str(error)


def _told(text: str) -> Committed | None:
    """Return what a committed edition told, in Markdown or as its record; None where it is none."""
    if not text.startswith("{"):
        return committed(text)
    if len(text) > LONGEST:
        return None
    try:
        edition = edition_from_json(text)
    except RenderError:
        return None
    return None if _fault(edition) else of_record(edition)


def _with(state: State, back: Rebuilt, outputs: Sequence[str]) -> State:
    """Return the state and what was read back, in the way a store remembers it."""
    have = {e.id for e in state.entries}
    traced = {t.article_id for t in state.traces}
    return replace(
        state,
        entries=(*state.entries, *(e for e in back.entries if e.id not in have)),
        articles=(*state.articles, *(a for a in back.articles if a.id not in have)),
        traces=(
            *state.traces,
            *(t for t in back.traces if t.article_id not in have | traced),
        ),
        editions=(*state.editions, *map(_stored, back.editions)),
        finished=(
            *state.finished,
            *(
                FinishedOutput(edition.id, output, edition.generated_at)
                for edition in back.editions
                for output in outputs
            ),
        ),
    )


def _stored(edition: Edition) -> StoredEdition:
    record = edition_to_json(edition)
    return StoredEdition(edition.id, edition.name, edition.date, edition.window, record)


def _holds(state: State) -> str:
    entries, editions = len(state.entries), len(state.editions)
    return (
        f"{entries} {'entry' if entries == 1 else 'entries'}, "
        f"{editions} {'edition' if editions == 1 else 'editions'}"
    )


def _sentence(there: bool, trouble: str, unread: str, found: State, back: Rebuilt) -> str:
    count = len(back.editions)
    committed_ones = f"{count} committed {'edition' if count == 1 else 'editions'}"
    if there and not trouble:
        said = f"state loaded: {_holds(found)}"
        if count:
            said += f", and {committed_ones} it did not know of"
        return said + (f" (the committed editions could not be read: {unread})" if unread else "")
    what = f"the state is damaged ({trouble})" if trouble else "no state found"
    if count:
        return f"{what}: rebuilt from {committed_ones}"
    if unread:
        return f"{what}, and the committed editions could not be read: {unread}"
    if trouble:
        return f"{what}, and no committed edition was found: this run begins anew"
    return "no state yet: this is the first run"
