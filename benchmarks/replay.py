"""Eight mornings of real headlines through the real command: ``python -m benchmarks.replay``.

``--feeds`` is a folder of outlets' feeds (data kind "feeds/replay"). They are served on loopback as
they looked at 06:30 UTC of each morning, and ``digest run`` makes an edition of ten stories from
them, morning after morning on one store, with ``articles: feed``. The days are those of the data;
each is told on the morning after. Every host leads to loopback (``connect_to: {"*": …}``).

For each morning the top ten is printed: story id, status, publishers, score and its parts; no
headline and no sentence, which belong to the outlets. ``--write FILE`` puts the same into a file,
``--keep DIR`` leaves configuration, store, editions and reports there. The last line is one JSON
object:

- ``mornings``; ``min_publishers``: the fewest publishers (registrable domains) in a top ten.
- ``told_twice``: stories that came back and were no update, by their ids.

With ``--gold`` (data kind "stories/ai_stories_dev") also, by the labels:

- ``irrelevant``: items that are no AI news, in a top ten.
- ``labels_told_twice``: labelled stories led on two mornings, the later time not as an update;
  ``split``: labelled stories at two places of one top ten.
- ``pair_precision`` … ``b3_f1``, as ../shared/tools/score_stories.py has them, of the stories into
  which the runs put the labelled reports; what was refused as no AI news stands alone.

Exits with 1 where a story was told twice, fewer than six publishers stand in a top ten, or an
irrelevant item leads.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from benchmarks import grouping, labelled
from benchmarks.newsstand import Newsstand, Outlet, outlets
from digest.core.urls import canonical, registrable_domain

STORIES = 10
MORNING = time(6, 30)
_LEAST_PUBLISHERS = 6
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Morning:
    """What one run made: its edition's stories, and the story of each address it judged."""

    at: datetime
    stories: Sequence[Mapping[str, Any]]
    story_of: Mapping[str, str]  # canonical address: story id

    def addresses(self, story_id: str) -> set[str]:
        return {url for url, story in self.story_of.items() if story == story_id}


def main() -> None:
    """Replay, print the mornings, and the JSON object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay")
    parser.add_argument("--feeds", type=Path, required=True)
    parser.add_argument("--curated", type=Path, help="default: curated.json beside --feeds")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--embeddings", default="off", help="off, or a folder with a model")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    sold = outlets(given.feeds, given.curated or given.feeds.parent / "curated.json")
    with contextlib.ExitStack() as stack:
        kept = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stand = stack.enter_context(Newsstand(sold))
        told = list(replay(kept, sold, stand, given.embeddings))
    figures = judged(told)
    if given.gold:
        figures |= against(told, json.loads(given.gold.read_text("utf-8")))
    text = "\n".join(page(morning) for morning in told)
    print(text)
    if given.write:
        document = _document(text, figures, given.embeddings != "off")
        given.write.write_text(document, encoding="utf-8")
    print(json.dumps(figures))
    few = figures["min_publishers"] < _LEAST_PUBLISHERS
    if few or figures["told_twice"] or figures.get("irrelevant"):
        sys.exit("benchmarks.replay: an edition is not as it must be")


# --- the runs --------------------------------------------------------------------------------


def replay(
    folder: Path, sold: Sequence[Outlet], stand: Newsstand, embeddings: str
) -> Iterator[Morning]:
    """Run every morning in turn and return what each made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "replay.db").unlink(missing_ok=True)
    meaning = "off" if embeddings == "off" else {"path": str(Path(embeddings).resolve())}
    settings = {
        "timezone": "UTC",
        "store": "sqlite:///replay.db",
        "edition": {"max_stories": STORIES},
        "feeds": [outlet.settings() for outlet in sold],
        "fetch": {
            "articles": "feed",
            "connect_to": {"*": stand.address},
            "per_domain": {"interval": 0},
        },
        "embeddings": meaning,
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    for at in _mornings(sold):
        stand.show(at)
        yield _run(folder, at)


def _mornings(sold: Sequence[Outlet]) -> Iterator[datetime]:
    """Return the morning after each day of the data."""
    dates = [published for outlet in sold for published, _ in outlet.items]
    at = datetime.combine(min(dates).date(), MORNING, min(dates).tzinfo) + timedelta(days=1)
    while at < max(dates) + timedelta(days=1):
        yield at
        at += timedelta(days=1)


def _run(folder: Path, at: datetime) -> Morning:
    """Run the command as a user does; ends the program where it fails."""
    out = folder / f"{at:%Y-%m-%d}"
    command = "import sys; from digest.cli import main; sys.exit(main())"
    arguments = ["run", "--config", str(folder / "config.yaml"), "--out", str(out)]
    arguments += ["--at", at.isoformat()]
    done = subprocess.run(
        [sys.executable, "-c", command, *arguments],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"digest {' '.join(arguments)} failed ({done.returncode}):\n{done.stdout}")
    edition = json.loads((out / "edition.json").read_text("utf-8"))
    report = json.loads((out / "report.json").read_text("utf-8"))
    story_of = {canonical(e["url"]): e["story_id"] for e in report["entries"] if e["story_id"]}
    return Morning(at, edition["stories"], story_of)


# --- what is found ---------------------------------------------------------------------------


def judged(told: Sequence[Morning]) -> dict[str, Any]:
    """Return what can be said without labels."""
    seen: set[str] = set()
    twice = []
    for morning in told:
        twice += [s["id"] for s in morning.stories if s["id"] in seen and s["status"] != "update"]
        seen |= {s["id"] for s in morning.stories}
    return {
        "mornings": len(told),
        "min_publishers": min(len(_domains(m.stories)) for m in told),
        "told_twice": twice,
    }


def _domains(stories: Sequence[Mapping[str, Any]]) -> set[str]:
    return {registrable_domain(source["url"]) for s in stories for source in s["sources"]}


def against(told: Sequence[Morning], gold: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the labels say of the mornings."""
    by_url = {canonical(item["url"]): item for item in gold["items"]}
    irrelevant, twice, split = [], [], []
    led: set[str] = set()
    for morning in told:
        today: Counter[str] = Counter()
        new: set[str] = set()
        for story in morning.stories:
            found = [by_url[u] for u in sorted(morning.addresses(story["id"])) if u in by_url]
            irrelevant += [i["id"] for i in found if not i["ai_relevant"]]
            labels = Counter(i["story_id"] for i in found if i["role"] == "report")
            if labels:
                label = labels.most_common(1)[0][0]
                today[label] += 1
                new |= {label} if story["status"] == "new" else set()
        twice += sorted(new & led)
        split += sorted(label for label, places in today.items() if places > 1)
        led |= set(today)
    return {
        "irrelevant": irrelevant,
        "labels_told_twice": twice,
        "split": split,
        **grouping.counted(labelled.labels(gold), _groups(told, gold["items"])).figures(),
    }


def _groups(told: Sequence[Morning], items: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Return the number of the story that each item was put into, by its place in the file."""
    put = {url: story for morning in told for url, story in morning.story_of.items()}
    numbers = {story: n for n, story in enumerate(sorted(set(put.values())))}
    urls = enumerate(canonical(item["url"]) for item in items)
    return {place: numbers[put[url]] for place, url in urls if url in put}


# --- in words --------------------------------------------------------------------------------


def page(morning: Morning) -> str:
    """Return a morning's top ten as a Markdown table, without any text of the outlets'."""
    lines = [
        f"## {morning.at:%A, %d %B %Y}\n",
        "| | story | status | publishers | score | why |",
        "|---|---|---|---|---|---|",
    ]
    for story in morning.stories:
        names = list(dict.fromkeys(s["publisher"] for s in story["sources"]))
        cells = [
            story["rank"],
            f"`{story['id']}`",
            story["status"],
            ", ".join(names),
            f"{story['score']:.2f}",
            "; ".join(story["reasons"]),
        ]
        lines.append(f"| {' | '.join(str(c).replace('|', '/') for c in cells)} |")
    return "\n".join([*lines, ""])


def _document(text: str, figures: Mapping[str, Any], meaning: bool) -> str:
    how = "words, names, numbers and meaning (all-MiniLM-L6-v2)" if meaning else "words alone"
    head = _HEAD.format(how=how, model=" \\\n        --embeddings FOLDER" if meaning else "")
    rows = "\n".join(f"| {name} | {_shown(value)} |" for name, value in figures.items())
    return f"{head}{text}\n## In figures\n\n| figure | |\n|---|---|\n{rows}\n"


def _shown(value: Any) -> str:
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)


_HEAD = """\
# Eight mornings, replayed

The headlines of 73 outlets from 5 to 12 August 2026, served on loopback as they looked each
morning, through the real command: ten stories an edition, `articles: feed`, one store, grouped by
{how}, written without a model.
An edition is made at 06:30 UTC and tells the day before. Made by

    python -m benchmarks.replay --feeds ../shared/data/feeds/replay \\
        --gold ../shared/data/stories/ai_stories_dev.json{model} --write docs/replay.md

which says what each figure at the end means. What the headlines say belongs to the outlets and does
not stand here. Techmeme, Slashdot and linked lists pass on what others report: they are named as
publishers only where nobody else tells a story.

"""


if __name__ == "__main__":
    main()
