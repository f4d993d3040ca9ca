"""Every trick of tests/hostile.py against the real command: ``python -m benchmarks.hostile``.

Each case is a run of its own over one hostile and one honest feed; the last run has them all. Time
and memory are of the whole command, start and all, with two workers and fetch.timeout at 3 s (see
benchmarks.memory for how memory is counted). ``--write FILE`` puts the table between the two
marker lines of a document.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.memory import Watched, watched
from tests.hostile import CASES, HONEST_NUMBER, Case, Hostile
from tests.hostile_bodies import NOW, news
from tests.hostile_names import NAMES, URL

BOUND_MB = 600
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
_PROGRAM = "from digest.cli import main; main()"


@dataclass(frozen=True)
class Run:
    """One run of the command against some cases."""

    watched: Watched
    report: Mapping[str, Any]
    edition: str  # edition.json

    def told_honestly(self) -> bool:
        """Tell whether the run succeeded and its edition has the honest story."""
        return self.watched.code == 0 and news(HONEST_NUMBER).title in self.edition

    def problems(self, case: Case) -> list[str]:
        """Return what the run says went wrong with a case."""
        mine = {case.feed, case.subject}
        return [p["message"] for p in self.report["problems"] if p["subject"] in mine]


def run(
    server: Hostile,
    cases: Sequence[Case],
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
) -> Run:
    """Run the command in an empty ``folder`` over the honest feed and those of ``cases``."""
    settings = yaml.safe_dump(server.settings(cases), sort_keys=False)
    (folder / "config.yaml").write_text(settings, encoding="utf-8")
    arguments = ["run", "--at", NOW.isoformat(), "--out", "out", "--json"]
    done = watched([sys.executable, "-c", _PROGRAM, *arguments], folder, environment=environment)
    record = folder / "out" / "edition.json"
    edition = json.dumps(json.loads(record.read_text("utf-8"))) if record.exists() else ""
    return Run(done, json.loads(done.output) if done.output else {"problems": []}, edition)


def main() -> None:
    """Run every case, print the table, and the figures as one JSON object in the last line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", type=Path, metavar="FILE", help="the document with the table")
    arguments = parser.parse_args()
    rows, failed, runs = [_HEAD, _RULE], [], []
    with Hostile() as server:
        for case in (None, *CASES):
            cases = [case] if case else []
            one = _alone(server, cases)
            runs.append(one)
            if not one.told_honestly() or (case and not _as_expected(case, one)):
                failed.append(case.name if case else "nothing hostile")
            rows.append(_row(case, one))
        for trick in NAMES:
            done = watched([sys.executable, "-m", "tests.hostile_names", trick.name], Path())
            if not re.search(trick.says, done.output):
                failed.append(trick.name)
            rows.append(_cells(trick.name, trick.about, _short(done.output, URL), done))
        together = _alone(server, CASES)
        runs.append(together)
        if not together.told_honestly():
            failed.append("all at once")
        told = f"the honest story is told; {len(together.report['problems'])} problems noted"
        rows.append(
            _cells("all at once", "all of the above but the dns- rows", told, together.watched)
        )
    table = "\n".join(rows)
    print(table)
    if arguments.write:
        _write(arguments.write, table)
    peak_mb = round(max(r.watched.peak_mb for r in runs))
    figures = {
        "cases": len(CASES) + len(NAMES),
        "failed": failed,
        "peak_mb": peak_mb,
        "most_mb": round(max(r.watched.most_mb for r in runs)),
        "together_mb": round(together.watched.peak_mb),
        "together_s": round(together.watched.seconds, 1),
        "slowest_s": round(max(r.watched.seconds for r in runs[:-1]), 1),
        "bound_mb": BOUND_MB,
    }
    print(json.dumps(figures))
    sys.exit(1 if failed or peak_mb >= BOUND_MB else 0)


def _alone(server: Hostile, cases: Sequence[Case]) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        return run(server, cases, Path(folder))


def _as_expected(case: Case, one: Run) -> bool:
    problems = one.problems(case)
    if not case.says:
        return not problems
    return len(problems) == 1 and re.search(case.says, problems[0]) is not None


_HEAD = "| case | what it does | what happened | seconds | MB |"
_RULE = "|---|---|---|---:|---:|"


def _row(case: Case | None, one: Run) -> str:
    if case is None:
        return _cells("nothing hostile", "the honest feed alone", "read", one.watched)
    problems = one.problems(case)
    happened = "; ".join(_short(p, case.subject) for p in problems) or "read, nothing lost"
    return _cells(case.name, case.about, happened, one.watched)


def _cells(name: str, about: str, happened: str, done: Watched) -> str:
    cells = (name, about, happened, f"{done.seconds:.1f}", f"{done.peak_mb:.0f}")
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _short(problem: str, url: str) -> str:
    """Return a problem without its address and without advice, as one cell."""
    told = " ".join(problem.split()).removeprefix(url).lstrip(": ").partition("; list ")[0]
    return re.sub(r"(x{10})x+", r"\1…", told)[:120]


def _write(file: Path, table: str) -> None:
    text = file.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    file.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
