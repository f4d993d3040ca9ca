"""The run report, put together from what the stages say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digest.editing import Edited
from digest.gathering import Gathered
from digest.models import EntryOutcome, EntryReport, OutputResult, Problem, Quality, RunReport
from digest.world import World
from digest.writing import Written


class RunClock:
    """Notes when a run's stages end, and turns the whole into its report."""

    def __init__(self, run_id: str, world: World) -> None:
        self._run_id = run_id
        self._world = world
        self._started_at = world.clock()
        self._began = world.meter.seconds()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Note that the stage ``name`` ended now."""
        self._laps[name] = self._world.meter.seconds()

    def report(
        self,
        gathered: Gathered,
        edited: Edited | None,
        state: str,
        *,
        exit_code: int,
        outputs: Sequence[OutputResult] = (),
        trouble: str = "",
    ) -> RunReport:
        """Return the report of the run so far; ``trouble`` is why there is no edition."""
        read = gathered.read
        entries = gathered.entries | read.entries | (edited.entries if edited else {})
        problems = [*gathered.problems, *read.problems, *(edited.problems if edited else ())]
        problems += [Problem("output", o.target, o.detail) for o in outputs if o.status == "failed"]
        if trouble:
            problems.append(Problem("run", "feeds", trouble))
        return RunReport(
            run_id=self._run_id,
            started_at=self._started_at,
            finished_at=self._world.clock(),
            exit_code=exit_code,
            edition_id=edited.edition.id if edited else None,
            edition=state,
            feeds=tuple(gathered.feeds),
            entries=tuple(
                sorted(
                    (_final(e) for e in (*entries.values(), *read.repeated)),
                    key=lambda e: (e.feed, e.url, e.outcome),
                )
            ),
            counts=_counts(gathered, edited),
            llm=(edited.written if edited else Written()).llm,
            seconds=self._seconds(gathered, edited),
            peak_rss_mb=round(self._world.meter.rss_mb() + self._world.workers.peak_rss_mb(), 1),
            problems=tuple(problems),
            outputs=tuple(outputs),
        )

    def _seconds(self, gathered: Gathered, edited: Edited | None) -> dict[str, float]:
        """Return seconds by stage. Fetching and extraction overlap: ``fetch`` lasts until the last
        answer was here, ``extract`` from then until the last page was read.
        """
        now = self._world.meter.seconds()
        last = max(gathered.fetched_at, gathered.read.fetched_at, self._began)
        fetched = min(last, self._laps.get("gathered", now))
        spans = {
            "fetch": fetched - self._began,
            "extract": self._laps.get("gathered", now) - fetched,
            "group": edited.group_seconds if edited else 0.0,
            "write": edited.write_seconds if edited else 0.0,
            "render": self._span("edited", "rendered"),
            "deliver": self._span("rendered", "delivered"),
            "total": now - self._began,
        }
        return {stage: round(seconds, 3) for stage, seconds in spans.items()}

    def _span(self, start: str, end: str) -> float:
        return self._laps.get(end, 0.0) - self._laps.get(start, self._laps.get(end, 0.0))


def _final(entry: EntryReport) -> EntryReport:
    """Return an entry as the report tells it: what was read too late is below today's cut."""
    if entry.outcome is not EntryOutcome.READ:
        return entry
    reason = f"waits for the next edition ({entry.reason})"
    return replace(entry, outcome=EntryOutcome.BELOW_CUT, reason=reason)


def _counts(gathered: Gathered, edited: Edited | None) -> dict[str, int]:
    outcomes = [e.outcome for e in edited.entries.values()] if edited else []
    read = gathered.read
    return {
        "feeds": len(gathered.feeds),
        "entries": sum(f.entries for f in gathered.feeds),
        "opened": read.opened,
        "full": read.qualities[Quality.FULL],
        "teaser": read.qualities[Quality.TEASER],
        "consent": read.qualities[Quality.CONSENT],
        "feed_only": read.qualities[Quality.FEED_ONLY],
        "error": read.qualities[Quality.ERROR],
        "duplicates": outcomes.count(EntryOutcome.DUPLICATE) + len(read.repeated),
        "relevant": edited.relevant if edited else 0,
        "stories": edited.stories if edited else 0,
        "published": len(edited.edition.stories) if edited else 0,
        "briefs": len(edited.edition.briefs) if edited else 0,
    }
