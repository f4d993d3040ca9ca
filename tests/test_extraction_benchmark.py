"""The extraction benchmark measures what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import extraction
from benchmarks.marks import Marks

KEYS = {
    "f1", "f1_default", "precision", "precision_default", "cpu_ratio", "date_exact",
    "date_exact_default", "title_exact", "author_exact", "speedup_2",
}  # fmt: skip


def known(*, within: tuple[str, ...], without: tuple[str, ...]) -> extraction.Page:
    return extraction.Page("https://a.test/", "a", b"", within, without, "", frozenset(), "")


def test_strings_that_must_and_must_not_stand_in_a_text_are_counted() -> None:
    pages = [
        known(within=("one", "two"), without=("menu",)),
        known(within=("three",), without=("imprint", "share")),
    ]
    score = extraction.scored(pages, ["one menu", "three imprint"])
    assert score == Marks(right=2, wrong=2, missed=1)
    assert score.precision == 0.5
    assert score.f1 == pytest.approx(4 / 7)
    assert extraction.scored(pages, ["", ""]).f1 == 0


def test_real_pages_are_read_better_than_by_default(shared_dir: Path, tmp_path: Path) -> None:
    folder = shared_dir / "data/pages"
    gold = tmp_path / "gold.json"
    some = json.loads((folder / "gold.json").read_text("utf-8"))[::16]
    gold.write_text(json.dumps(some), "utf-8")
    figures = extraction.report(extraction.read(folder, gold), rounds=1, turns=1)
    assert set(figures) >= KEYS
    assert figures["pages"] == len(some)
    for ours, default in (("f1", "f1_default"), ("precision", "precision_default")):
        assert float(str(figures[ours])) >= float(str(figures[default])) - 0.002
