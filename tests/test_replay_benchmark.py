"""The replay of real mornings, on invented ones."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks import newsstand, replay

ROOT = Path(__file__).parent.parent
DAY = datetime(2026, 3, 10, tzinfo=UTC)
SITES = ("harbour-wire", "circuit-post", "docket", "oresund", "lattice", "modelwatch")
DEAL = "Brindle buys AI chip designer Ostrava Logic for $2.1 billion"


def item(number: int, title: str, link: str, day: int, hour: int) -> str:
    when = format_datetime(DAY.replace(day=day, hour=hour))
    return (
        f"<item><title>{title}</title><link>{link}</link><guid>n{number}</guid>"
        f"<pubDate>{when}</pubDate></item>"
    )


def write(folder: Path, stem: str, title: str, *items: str) -> None:
    folder.mkdir(exist_ok=True)
    text = f'<rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'
    (folder / f"{stem}.xml").write_text(text, encoding="utf-8")


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    folder = tmp_path / "feeds"
    for number, site in enumerate(SITES):
        first = item(number, DEAL, f"https://{site}.test/deal", 10, 8 + number)
        second = item(9, "AI lab Halcyra releases Larch 4", "https://docket.test/larch", 11, 9)
        write(folder, site, site.title(), first, second if site == "docket" else "")
    return folder


def test_two_days_are_told_on_the_two_mornings_after(feeds: Path, tmp_path: Path) -> None:
    """The real command, morning after morning on one store; what is written holds no headline."""
    gold = {
        "may_merge": [],
        "items": [
            {
                "id": f"n{n}",
                "url": f"https://{site}.test/deal",
                "story_id": "deal",
                "role": "report",
                "ai_relevant": True,
            }
            for n, site in enumerate(SITES)
        ],
    }
    (tmp_path / "gold.json").write_text(json.dumps(gold), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.replay", "--feeds", str(feeds)]
    command += ["--gold", str(tmp_path / "gold.json"), "--write", str(tmp_path / "replay.md")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["mornings"], figures["told_twice"], figures["irrelevant"]) == (2, [], [])
    assert (figures["pair_f1"], figures["b3_f1"]) == (1.0, 1.0)
    written = (tmp_path / "replay.md").read_text("utf-8")
    assert "## Wednesday, 11 March 2026" in written
    assert DEAL not in written + done.stdout
    # The second morning has one publisher alone, and that is said.
    assert (figures["min_publishers"], done.returncode) == (1, 1)


def test_a_feed_is_configured_by_its_host(tmp_path: Path) -> None:
    write(tmp_path, "wire-feed", "The Wire", item(1, "A", "https://wire.test/1", 10, 8))
    write(tmp_path, "wire-test", "wire.test", item(2, "B", "https://www.wire.test/2", 10, 8))
    thread = "https://www.reddit.com/r/chips/comments/1"
    write(tmp_path, "reddit", "reddit.com", item(3, "C", thread, 10, 8))
    singles = [item(n, "D", f"https://{h}.test/1", 10, 8) for n, h in enumerate(("a", "b"))]
    write(tmp_path, "_misc", "Miscellaneous", *singles)
    curated = {"feeds": [{"name": "W", "url": "https://wire.test/rss", "category": "press"}]}
    (tmp_path / "curated.json").write_text(json.dumps(curated), encoding="utf-8")
    sold = newsstand.outlets(tmp_path, tmp_path / "curated.json")
    told = {(o.url.split("/")[2], o.name, o.category, o.kind) for o in sold}
    assert told == {
        ("wire.test", "The Wire", "press", "news"),
        ("reddit.com", "reddit.com", "", "discussion"),
        ("a.test", "a.test", "", "news"),
        ("b.test", "b.test", "", "news"),
    }


def test_a_feed_shows_what_was_published_until_then(feeds: Path) -> None:
    (docket,) = [o for o in newsstand.outlets(feeds, feeds / "none") if o.name == "Docket"]
    with newsstand.Newsstand([docket]) as stand:
        stand.show(DAY.replace(day=11, hour=6))
        early = stand.body(docket.url)
        stand.show(DAY.replace(day=12, hour=6))
        late = stand.body(docket.url)
        assert stand.body("http://elsewhere.test/feed") is None
    assert early is not None and early.count(b"<item>") == 1
    assert late is not None and late.count(b"<item>") == 2


def morning(day: int, *told: dict[str, Any], **story_of: str) -> replay.Morning:
    urls = {f"https://{site}.test/1": story for site, story in story_of.items()}
    return replay.Morning(DAY.replace(day=day), told, urls)


def led(story: str, status: str, *sites: str) -> dict[str, Any]:
    sources = [{"url": f"https://{site}.test/1", "publisher": site} for site in sites]
    return {"id": story, "status": status, "sources": sources}


def test_a_story_that_comes_back_must_be_an_update() -> None:
    first = morning(11, led("s-1", "new", "a", "b"))
    again = morning(12, led("s-1", "new", "c"))
    update = morning(12, led("s-1", "update", "c"))
    assert replay.judged([first, again])["told_twice"] == ["s-1"]
    assert replay.judged([first, update]) == {"mornings": 2, "min_publishers": 1, "told_twice": []}


def test_labels_tell_what_ids_do_not() -> None:
    """One labelled story under two ids, at two places of a morning, and an item off the subject."""
    labels = {"a": "deal", "b": "deal", "c": "deal", "d": "toaster"}
    items = [
        {
            "id": site,
            "url": f"https://{site}.test/1",
            "story_id": story,
            "role": "report",
            "ai_relevant": story == "deal",
        }
        for site, story in labels.items()
    ]
    first = morning(11, led("s-1", "new", "a"), led("s-2", "new", "b"), a="s-1", b="s-2")
    second = morning(12, led("s-3", "new", "c", "d"), c="s-3", d="s-3")
    figures = replay.against([first, second], {"items": items, "may_merge": []})
    assert figures["split"] == ["deal"]
    assert figures["labels_told_twice"] == ["deal"]
    assert figures["irrelevant"] == ["d"]
    assert figures["pair_recall"] == 0.0
