"""The run, top to bottom: feeds → entries → articles → stories → briefs → edition → outputs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from digest import earlier as before
from digest.core import edition as editions
from digest.core import relevance
from digest.core.rebuilding import is_rebuilt
from digest.editing import Choices, Edited, Editing
from digest.errors import ConfigError, RenderError, RunError, StoreError
from digest.gathering import Gathered, Gathering
from digest.grouping import Grouping
from digest.judging import judging_of
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
from digest.ports import Ledger, Output, Store
from digest.render.record import edition_to_json, report_to_json
from digest.reporting import RunClock
from digest.world import World
from digest.writing import Writing

Rendered = Mapping[str, str | RenderError]
COMPLETE = ("done", "unchanged", "uncertain")  # nobody waits for it by itself any more


@dataclass(frozen=True)
class Made:
    """An edition made or found, stored and rendered; ``edition`` is None where no feed answered."""

    edition: Edition | None
    state: str  # as the report says it: made | unchanged | empty
    gathered: Gathered
    edited: Edited | None
    outputs: Sequence[Output]
    rendered: Rendered
    clock: RunClock


@dataclass(frozen=True)
class Outcome:
    """The report of a run and the edition it made or found, as rendered."""

    report: RunReport
    edition: Edition | None
    rendered: Mapping[str, str]


async def make(
    choices: Choices,
    feeds: Sequence[Feed],
    world: World,
    *,
    run_id: str,
    now: datetime,
    day: date | None = None,
    refresh: bool = False,
    least: timedelta = timedelta(),
) -> Made:
    """Make the edition of ``day`` (``now``'s local date by default), or find the one there is.

    ``least`` is the least pause between two times a feed is asked. The caller holds the store's
    lease. Raises RunError when the store fails; what was read until then stays stored. A template
    that fails is the trouble of its output.
    """
    store, ledger = world.store, world.ledger
    clock = RunClock(run_id, world)
    day = day or editions.local_date(now, choices.timezone)
    edition_id = editions.edition_id(choices.name, day)
    standing = before.standing(store, edition_id)
    if refresh and standing is not None:
        why = before.why_it_stands(standing, store, ledger)
        if why:
            raise ConfigError(f"--refresh: {edition_id} {why}, so it stands", key="--refresh")
    earlier = before.published(store, choices.name, day)
    window = before.window(earlier, now, choices.window)

    gathered = await _gathering(choices, world, now, window, least).run(feeds)
    clock.lap("gathered")
    if not gathered.answered():
        kept = Edited(standing) if standing is not None and standing.stories else None
        state = "unchanged" if kept else "empty"
        return Made(None, state, gathered, kept, (), {}, clock)

    stands = standing is not None and (standing.stories or ledger.delivery_began(edition_id))
    if standing is not None and stands and not refresh:
        edited, state = Edited(standing), "unchanged"
    else:
        edited = await editing(choices, world).run(
            now=now, day=day, window=window, earlier=earlier, feeds=gathered.heard()
        )
        state = "made" if edited.edition.stories else "empty"
        if standing is not None and stands and not edited.edition.stories:
            edited, state = replace(edited, edition=standing), "unchanged"
    clock.lap("edited")

    edition = edited.edition
    outputs = world.outputs if goes_out(edition, choices.note_when_empty) else ()
    rendered = render_for(edition, outputs, world.renderers)
    clock.lap("rendered")
    judged = {**gathered.entries, **edited.entries}
    outcomes = [(i, e.outcome, e.story_id, e.reason) for i, e in judged.items()]
    if state == "unchanged":
        store.save_outcomes(outcomes)
    else:
        store.save_edition(frozen(edition), outcomes=outcomes, replace=standing is not None)
    return Made(edition, state, gathered, edited, outputs, rendered, clock)


async def poll(
    choices: Choices,
    feeds: Sequence[Feed],
    world: World,
    *,
    now: datetime,
    comes: datetime,
    least: timedelta,
) -> Gathered:
    """Ask the feeds that are due, and read what is new for the edition that comes at ``comes``.

    The caller holds the store's lease. Makes no edition. Raises RunError when the store fails.
    """
    day = editions.local_date(comes, choices.timezone)
    earlier = before.published(world.store, choices.name, day)
    window = before.window(earlier, comes, choices.window)
    return await _gathering(choices, world, now, window, least).run(feeds)


def publish(made: Made, world: World, *, now: datetime) -> Outcome:
    """Give the edition to every output, and return the report of the whole run.

    An output that fails is told in the report, with exit code 3, and the others go on. Where no
    feed answered nothing is sent, and the exit code is 1.
    """
    if made.edition is None:
        report = made.clock.report(
            made.gathered, made.edited, made.state, exit_code=1, trouble=_nobody(made.gathered)
        )
        return _told(world.store, Outcome(report, None, {}))
    committed = {o.key for o in made.outputs if o.kind == "git"}
    delivered = deliver(
        made.edition, made.outputs, made.rendered, ledger=world.ledger, now=now, kept=committed
    )
    made.clock.lap("delivered")
    exit_code = 3 if any(o.status == "failed" for o in delivered) else 0
    report = made.clock.report(
        made.gathered, made.edited, made.state, exit_code=exit_code, outputs=delivered
    )
    rendered = {name: text for name, text in made.rendered.items() if isinstance(text, str)}
    return _told(world.store, Outcome(report, made.edition, rendered))


def _told(store: Store, outcome: Outcome) -> Outcome:
    report = outcome.report
    store.save_run(report.run_id, report.started_at, report_to_json(report))
    return outcome


def _gathering(
    choices: Choices, world: World, now: datetime, window: Window, least: timedelta
) -> Gathering:
    return Gathering(
        world,
        now=now,
        opens=window.opens,
        judge=functools.partial(_wanted, choices),
        topics=choices.topics,
        least=least,
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


def editing(choices: Choices, world: World) -> Editing:
    """Return what turns stored articles into an edition, in this world."""
    writing = Writing(choices.language, world.model, world.fence, world.progress)
    judging = judging_of(world.judge, world.store, world.fence)
    grouping = Grouping(choices.language, world.store, world.embedder, judging, world.progress)
    return Editing(choices, world.store, grouping, writing, world.meter, judging)


def frozen(edition: Edition) -> StoredEdition:
    """Return an edition as the store keeps it."""
    return StoredEdition(
        edition.id, edition.name, edition.date, edition.window, edition_to_json(edition)
    )


def goes_out(edition: Edition, note_when_empty: bool) -> bool:
    """Decide whether there is something to put out.

    A quiet day only with a note; what was rebuilt from a committed edition is a part of that.
    """
    return bool(edition.stories or note_when_empty) and not is_rebuilt(edition)


def render_for(
    edition: Edition,
    outputs: Sequence[Output],
    renderers: Mapping[str, Callable[[Edition], str]],
) -> Rendered:
    """Return the edition in each format the outputs need, or why there is none, by format."""
    rendered: dict[str, str | RenderError] = {}
    for name in dict.fromkeys(name for output in outputs for name in output.formats):
        try:
            rendered[name] = renderers[name](edition)
        except RenderError as error:
            rendered[name] = error
    return rendered


def deliver(
    edition: Edition,
    outputs: Sequence[Output],
    rendered: Rendered,
    *,
    ledger: Ledger,
    now: datetime,
    kept: Collection[str],
) -> list[OutputResult]:
    """Give an edition to every output, and note in the ledger which have the whole of it.

    Mail goes last: a slow mail server holds no file or commit back. Outputs whose keys are in
    ``kept`` and that have the edition keep it: a correction made there stands. Raises StoreError
    after all were tried.
    """
    results: dict[int, OutputResult] = {}
    trouble: StoreError | None = None
    finished = ledger.finished_outputs(edition.id)
    for n in sorted(range(len(outputs)), key=lambda n: outputs[n].kind == "email"):
        if outputs[n].key in kept and outputs[n].key in finished:
            results[n] = _standing_result(outputs[n])
            continue
        results[n] = put_out(outputs[n], edition, rendered)
        if results[n].status in COMPLETE:
            try:
                ledger.finish_output(edition.id, outputs[n].key, now)
            except StoreError as error:
                trouble = error
    if trouble is not None:
        raise trouble
    return [results[n] for n in range(len(outputs))]


def _standing_result(output: Output) -> OutputResult:
    return OutputResult(output.kind, output.target, "unchanged", "it has this edition")


def put_out(output: Output, edition: Edition, rendered: Rendered) -> OutputResult:
    """Give an edition to one output; its failure is a result."""
    try:
        texts = {}
        for name in output.formats:
            text = rendered[name]
            if isinstance(text, RenderError):
                raise text
            texts[name] = text
        return output.deliver(edition, texts)
    except RunError as error:
        return OutputResult(output.kind, output.target, "failed", str(error))


def _nobody(gathered: Gathered) -> str:
    first = next((f for f in gathered.silent() if f.error), None)
    said = "" if first is None else f"{first.error}{f' ({first.note})' if first.note else ''}"
    count = len(gathered.feeds)
    asked = "the one feed did not answer" if count == 1 else f"none of {count} feeds answered"
    return f"{asked}; no edition was made. The first said: {said}"
