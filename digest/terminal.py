"""What a person sees: bars on long work, plain lines where nobody watches, closing tables."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from digest.models import FeedOutcome, OutputResult, Problem, RunReport
from digest.render.wording import count

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

EVERY = 10.0  # seconds between plain lines about one stage
WIDTH = 80  # columns of the closing tables
MOST_PROBLEMS = 12  # told one by one; the report holds them all


class PlainProgress:
    """One line as a stage begins to take long and one as it ends, for logs and pipes."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.said: set[str] = set()
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
        self.said.add(message)
        print(message, file=self._stream, flush=True)


class BarProgress:
    """Rich's bars, one a stage, on a terminal."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self.said: set[str] = set()
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
        self.said.add(message)
        self._bars.console.print(message, markup=False, highlight=False)

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._bars:
            yield


@contextmanager
def progress() -> Iterator[PlainProgress | BarProgress]:
    """Give bars where a terminal watches standard error, else plain lines."""
    if not sys.stderr.isatty():
        yield PlainProgress(sys.stderr)
        return
    from rich.console import Console

    bars = BarProgress(Console(file=sys.stderr))
    with bars.shown():
        yield bars


def print_summary(report: RunReport, stream: TextIO, said: Collection[str] = ()) -> None:
    """Print the closing table of a run: feeds, articles, stories, time, and where it went.

    A problem that was ``said`` while it happened is not told again.
    """
    rows = [
        ("edition", _edition(report)),
        ("feeds", _feeds(report)),
        ("articles", _articles(report.counts)),
        ("stories", _stories(report.counts)),
        ("time", f"{report.seconds.get('total', 0):.1f} s"),
    ]
    for label, text in rows:
        stream.write(_row(label, text))
    print_outputs(report.outputs, stream)
    problems = [
        p for p in report.problems if p.stage not in ("output", "run") and p.message not in said
    ]
    lines = _gathered(problems)
    for line in lines[:MOST_PROBLEMS]:
        stream.write(_wrapped(f"! {_readable(line)}", "  "))
    if len(lines) > MOST_PROBLEMS:
        more = count(len(lines) - MOST_PROBLEMS, "more problem", "more problems")
        stream.write(f"! and {more}, which the report names\n")


def print_outputs(outputs: Iterable[OutputResult], stream: TextIO) -> None:
    """Print where an edition went, a row for each output."""
    for output in outputs:
        told = f"{output.target} ({output.status})"
        if output.status == "failed":
            told = f"FAILED: {output.detail}"
        elif output.detail:
            told += f": {output.detail}"
        stream.write(_row(output.kind, told))


def _gathered(problems: Sequence[Problem]) -> list[str]:
    """Return the problems as lines, one for all feeds that fail alike: the network is often why."""
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        what = problem.message.replace(problem.subject, "").strip(": ")
        alike.setdefault((problem.stage, what), []).append(problem)
    lines = []
    for (stage, what), same in alike.items():
        if len(same) > 2:
            lines.append(f"{stage}: {len(same)} times: {what}")
        else:
            lines += [f"{stage}: {problem.message}" for problem in same]
    return lines


def _edition(report: RunReport) -> str:
    if report.exit_code == 1:
        stands = "; the one made before stands" if report.edition == "unchanged" else ""
        return f"not made: no feed answered{stands}"
    return f"{report.edition_id or 'none'} ({_STATE[report.edition]})"


def _feeds(report: RunReport) -> str:
    answered = sum(f.outcome in _ANSWERED for f in report.feeds)
    same = sum(f.http_status == 304 for f in report.feeds)
    told = [f"{answered} of {len(report.feeds)} answered"]
    told += [f"{same} of them unchanged since the last run"] if same else []
    outcomes = Counter(f.outcome for f in report.feeds)
    told += [f"{outcomes[bad]} {bad}" for bad in _LOST if outcomes[bad]]
    waiting = [f for f in report.feeds if f.outcome is FeedOutcome.DEFERRED]
    resting = sum(f.error is not None for f in waiting)
    told += [f"{len(waiting) - resting} not due yet"] if len(waiting) > resting else []
    told += [f"{resting} left alone for now, after trouble"] if resting else []
    return ", ".join(told)


def _articles(counts: Mapping[str, int]) -> str:
    opened = counts.get("opened", 0)
    told = [f"{count(opened, 'page', 'pages')} opened" if opened else "no page opened"]
    for key, one, many in _QUALITIES:
        if counts.get(key, 0):
            told.append(count(counts[key], one, many))
    return ", ".join(told) if len(told) == 1 else f"{told[0]}: {', '.join(told[1:])}"


def _stories(counts: Mapping[str, int]) -> str:
    told, brief = counts.get("published", 0), counts.get("briefs", 0)
    return f"{told} told, {brief} in brief" if told or brief else "none"


def _row(label: str, text: str) -> str:
    return _wrapped(f"{label:<9} {_readable(text)}", " " * 10)


def _wrapped(line: str, indent: str) -> str:
    """Return a line broken at spaces to fit a terminal of 80 columns; a path stays whole."""
    wrapper = textwrap.TextWrapper(
        WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.fill(line) + "\n"


def _readable(text: str) -> str:
    """Return text from outside without anything that would move a terminal's cursor."""
    return "".join(char if char.isprintable() else " " for char in text)


def width() -> int:
    """Return the columns of the terminal that standard output goes to; 80 where it is piped."""
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        return shutil.get_terminal_size((WIDTH, 24)).columns
    return WIDTH


def settle_output() -> None:
    """Make both outputs take anything: one that is closed, or whose encoding lacks some letters."""
    # In this order they take their own numbers, 1 and 2, before any other file does.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def let_go_of_output() -> None:
    """Give up what standard output does not take, so that it does not fail again at the end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _nowhere() -> TextIO:
    return io.TextIOWrapper(io.FileIO(os.devnull, "w"), encoding="utf-8")


def print_json(text: str) -> None:
    """Print a JSON document on standard output, whatever letters that can take."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "")
    if not encoding.startswith("utf"):  # such letters stand in JSON strings only
        text = re.sub(r"[^\x00-\x7f]+", lambda match: json.dumps(match[0])[1:-1], text)
    sys.stdout.write(text)


def tell(sentence: str, *, as_json: bool) -> None:
    """Print what was done, in one sentence or as a JSON object that holds it."""
    if as_json:
        print_json(json.dumps({"said": sentence}, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(sentence + "\n")


def closing_table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as aligned columns of plain text, the last one running free."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        + "\n"
        for row in rows
    )


_LOST = (FeedOutcome.FAILED, FeedOutcome.GONE)
_ANSWERED = {FeedOutcome.NEW, FeedOutcome.UNCHANGED, FeedOutcome.MOVED}
_QUALITIES = (
    ("full", "in full", "in full"),
    ("teaser", "teaser", "teasers"),
    ("consent", "cookie notice", "cookie notices"),
    ("feed_only", "with the feed’s text only", "with the feed’s text only"),
    ("error", "error", "errors"),
)
_STATE = {
    "made": "new",
    "unchanged": "unchanged: today’s edition stands as it was",
    "empty": "nothing to tell",
}
