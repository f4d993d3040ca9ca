"""What a person sees: bars on long work, plain lines where nobody watches, closing tables."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from digest.models import FeedOutcome, RunReport
from digest.ports import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

EVERY = 10.0  # seconds between plain lines about one stage


class PlainProgress:
    """One line as a stage begins to take long and one as it ends, for logs and pipes."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._done: dict[str, int] = {}
        self._total: dict[str, int] = {}
        self._said: dict[str, float] = {}

    def start(self, stage: str, total: int | None = None) -> None:
        self._done[stage] = 0
        self._total[stage] = total or 0
        self._said[stage] = self._clock()

    def advance(self, stage: str, by: int = 1, *, more: int = 0) -> None:
        self._done[stage] = self._done.get(stage, 0) + by
        self._total[stage] = self._total.get(stage, 0) + more
        now = self._clock()
        ended = by and self._done[stage] == self._total[stage] and stage != "articles"
        if ended or now - self._said.get(stage, now) >= EVERY:
            self._said[stage] = now
            self.say(f"{stage}: {self._done[stage]} of {self._total[stage]}")

    def say(self, message: str) -> None:
        print(message, file=self._stream, flush=True)


class BarProgress:
    """Rich's bars, one a stage, on a terminal."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def start(self, stage: str, total: int | None = None) -> None:
        if stage in self._tasks:
            self._bars.reset(self._tasks[stage], total=total)
        else:
            self._tasks[stage] = self._bars.add_task(stage, total=total)

    def advance(self, stage: str, by: int = 1, *, more: int = 0) -> None:
        task = self._tasks[stage]
        if more:
            listed = next(t for t in self._bars.tasks if t.id == task)
            self._bars.update(task, total=(listed.total or 0) + more)
        self._bars.advance(task, by)

    def say(self, message: str) -> None:
        self._bars.console.print(message, markup=False, highlight=False)

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._bars:
            yield


@contextmanager
def progress() -> Iterator[Progress]:
    """Give bars where a terminal watches standard error, else plain lines."""
    if not sys.stderr.isatty():
        yield PlainProgress(sys.stderr)
        return
    bars = BarProgress(_console(sys.stderr))
    with bars.shown():
        yield bars


def print_summary(report: RunReport, stream: TextIO) -> None:
    """Print the closing table of a run: feeds, articles, stories, time, and where it went."""
    from rich.table import Table

    counts, seconds = report.counts, report.seconds
    answered = [f for f in report.feeds if f.outcome in _ANSWERED]
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("edition", f"{report.edition_id or 'none'} ({_STATE[report.edition]})")
    table.add_row("feeds", f"{len(answered)} of {len(report.feeds)} answered{_unchanged(report)}")
    table.add_row(
        "articles",
        f"{counts.get('opened', 0)} pages opened: {counts.get('full', 0)} full, "
        f"{counts.get('teaser', 0)} teasers, {counts.get('consent', 0)} consent walls, "
        f"{counts.get('feed_only', 0)} with the feed’s text only, {counts.get('error', 0)} errors",
    )
    table.add_row(
        "stories", f"{counts.get('published', 0)} told, {counts.get('briefs', 0)} in brief"
    )
    table.add_row("time", f"{seconds.get('total', 0):.1f} s")
    for output in report.outputs:
        state = output.status if output.status != "failed" else f"FAILED: {output.detail}"
        table.add_row(output.kind, f"{output.target} ({state})")
    console = _console(stream)
    console.print(table)
    for problem in report.problems:
        if problem.stage != "output":
            console.print(f"! {problem.stage}: {problem.message}", markup=False, highlight=False)


def closing_table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as aligned columns of plain text, the last one running free."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        + "\n"
        for row in rows
    )


_ANSWERED = {FeedOutcome.NEW, FeedOutcome.UNCHANGED, FeedOutcome.MOVED}
_STATE = {
    "made": "new",
    "unchanged": "unchanged: today’s edition stands as it was",
    "empty": "nothing to tell",
}


def _unchanged(report: RunReport) -> str:
    same = sum(f.http_status == 304 for f in report.feeds)
    return f", {same} unchanged since the last run" if same else ""


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    watched = stream.isatty()
    return Console(
        file=stream, no_color=not watched, width=None if watched else 100, soft_wrap=True
    )
