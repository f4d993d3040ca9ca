"""The run, top to bottom: feeds → entries → articles → stories → briefs → edition → outputs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from digest.core import edition as editions
from digest.core import relevance
from digest.editing import Choices, Edited, Editing
from digest.errors import DeliveryError
from digest.gathering import Gathered, Gathering
from digest.models import (
    Edition,
    Entry,
    EntryOutcome,
    Feed,
    OutputResult,
    RunReport,
    StoredEdition,
    Window,
)
from digest.ports import Output, Store
from digest.render.record import edition_from_json, edition_to_json, report_to_json
from digest.reporting import RunClock
from digest.world import World
from digest.writing import Writing

REMEMBERED = 10  # earlier editions a story is held against


@dataclass(frozen=True)
class Outcome:
    """The report of a run and the edition it made or found, as rendered."""

    report: RunReport
    edition: Edition | None
    rendered: Mapping[str, str]


async def run(
    choices: Choices,
    feeds: Sequence[Feed],
    world: World,
    *,
    run_id: str,
    now: datetime,
    day: date | None = None,
    refresh: bool = False,
) -> Outcome:
    """Put out the edition of ``day`` (``now``'s local date by default), or return the one there is.

    Raises RunError when the store or a template fails; what was read until then stays stored.
    When no feed answered, no edition is made and the report's exit code is 1. An output that fails
    is told in the report, and the others go on.
    """
    store = world.store
    clock = RunClock(run_id, world)
    with store.lease():
        day = day or editions.local_date(now, choices.timezone)
        standing = _standing(store, editions.edition_id(choices.name, day))
        earlier = _earlier(store, choices.name, day)
        closed = max((e.window.closes for e in earlier), default=None)
        window = editions.window(now, choices.window, closed)

        gathered = await _gathering(choices, world, now, window).run(feeds)
        clock.lap("gathered")
        if not gathered.answered():
            kept = Edited(standing) if standing is not None and standing.stories else None
            state = "unchanged" if kept else "empty"
            report = clock.report(gathered, kept, state, exit_code=1, trouble=_nobody(gathered))
            return _told(store, Outcome(report, None, {}))

        if standing is not None and standing.stories and not refresh:
            edited, state = Edited(standing), "unchanged"
        else:
            edited = await _editing(choices, world).run(
                now=now, day=day, window=window, earlier=earlier, feeds=gathered.heard()
            )
            state = "made" if edited.edition.stories else "empty"
            if standing is not None and standing.stories and not edited.edition.stories:
                edited, state = replace(edited, edition=standing), "unchanged"
        clock.lap("edited")

        edition = edited.edition
        outputs = world.outputs if edition.stories or choices.note_when_empty else ()
        rendered = {name: world.renderers[name](edition) for o in outputs for name in o.formats}
        clock.lap("rendered")
        if state != "unchanged":
            store.save_edition(_frozen(edition), replace=standing is not None)
        delivered = [_deliver(output, edition, rendered) for output in outputs]
        clock.lap("delivered")

        judged = {**gathered.entries, **edited.entries}
        store.save_outcomes((i, e.outcome, e.story_id, e.reason) for i, e in judged.items())
        exit_code = 3 if any(o.status == "failed" for o in delivered) else 0
        report = clock.report(gathered, edited, state, exit_code=exit_code, outputs=delivered)
        return _told(store, Outcome(report, edition, rendered))


def _told(store: Store, outcome: Outcome) -> Outcome:
    report = outcome.report
    store.save_run(report.run_id, report.started_at, report_to_json(report))
    return outcome


def _gathering(choices: Choices, world: World, now: datetime, window: Window) -> Gathering:
    return Gathering(
        world,
        now=now,
        opens=window.opens,
        judge=functools.partial(_wanted, choices),
        topics=choices.topics,
    )


def _wanted(choices: Choices, feed: Feed, entry: Entry) -> tuple[EntryOutcome | None, str]:
    """Decide from an entry's own words whether its page is worth opening."""
    text = f"{entry.content or entry.summary}\n{', '.join(entry.tags)}"
    word = relevance.muted(entry.title, text, feed.name, choices.mute)
    if word:
        return EntryOutcome.MUTED, f"you muted “{word}”"
    score = relevance.score(entry.title, text, category=feed.category, topics=choices.topics)
    if score < relevance.bar(text):
        return EntryOutcome.OFF_TOPIC, f"not AI-industry news (relevance {score:.2f})"
    return None, f"relevance {score:.2f}"


def _editing(choices: Choices, world: World) -> Editing:
    writing = Writing(choices.language, world.model, world.fence, world.progress)
    return Editing(choices, world.store, writing, world.meter)


def _standing(store: Store, edition_id: str) -> Edition | None:
    stored = store.edition(edition_id)
    return edition_from_json(stored.record) if stored else None


def _earlier(store: Store, name: str, day: date) -> list[Edition]:
    """Return the published editions before ``day``, newest first."""
    stored = [e for e in store.editions(name=name, limit=REMEMBERED + 1) if e.date < day]
    read = [edition_from_json(e.record) for e in stored]
    return [e for e in read if e.stories]


def _frozen(edition: Edition) -> StoredEdition:
    return StoredEdition(
        edition.id, edition.name, edition.date, edition.window, edition_to_json(edition)
    )


def put_out(
    edition: Edition,
    outputs: Sequence[Output],
    renderers: Mapping[str, Callable[[Edition], str]],
) -> list[OutputResult]:
    """Render an edition, once per format, and give it to every output. Raises RenderError."""
    rendered = {name: renderers[name](edition) for o in outputs for name in o.formats}
    return [_deliver(output, edition, rendered) for output in outputs]


def _deliver(output: Output, edition: Edition, rendered: Mapping[str, str]) -> OutputResult:
    try:
        return output.deliver(edition, rendered)
    except DeliveryError as error:
        return OutputResult(output.kind, output.target, "failed", str(error))


def _nobody(gathered: Gathered) -> str:
    first = next((f.error for f in gathered.feeds if f.error), "")
    count = len(gathered.feeds)
    asked = "the one feed did not answer" if count == 1 else f"none of {count} feeds answered"
    return f"{asked}; no edition was made. The first said: {first}"
