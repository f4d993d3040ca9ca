"""The grouping benchmark measures what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import grouping, labelled, pairweights
from benchmarks.labelled import Labels

LABELS = Labels(
    story=("a", "a", "a", "b", "c", "a"),
    topic=("a", "a", "a", "b", "b", "a"),
    counted=(True, True, True, True, True, False),
    may_merge=frozenset({frozenset({"b", "c"})}),
)


def test_pairs_and_items_are_counted_as_the_rules_say() -> None:
    groups = {0: 0, 1: 0, 2: 1, 3: 1, 4: 1, 5: 1}
    found = grouping.counted(LABELS, groups)
    assert (found.hits, found.misses, found.false_joins) == (1, 2, 2)
    figures = found.figures()
    assert figures["pair_precision"] == round(1 / 3, 4) == figures["pair_recall"]
    assert figures["b3_precision"] == round((1 + 1 + 1 / 3 + 1 / 3 + 1 / 3) / 5, 4)
    assert grouping.counted(LABELS, {}).figures()["pair_f1"] == 0


def test_a_fold_has_half_of_each_pair_that_leaves_it() -> None:
    groups = dict.fromkeys(range(6), 0)
    mine = [True, False, False, False, False, False]
    found = grouping.counted(LABELS, groups, mine)
    assert (found.hits, found.misses, found.false_joins) == (1, 0, 1)
    assert len(found.precision) == 1


def test_a_month_alone_is_its_middle_day_in_the_file() -> None:
    dates = labelled.published(["2025-06", "2025-06-18", "2025-06-30T23:00:00+02:00", "2025-05"])
    assert [f"{date:%m-%d %H}" for date in dates] == [
        "06-18 00",
        "06-18 00",
        "06-30 21",
        "05-15 00",
    ]


def test_weights_are_found_again_and_twice_the_same() -> None:
    x = np.random.default_rng(7).normal(size=(4000, 2))
    chance = 1 / (1 + np.exp(-(x @ [2.0, -1.0] - 0.5)))
    y = (np.random.default_rng(8).random(4000) < chance).astype(float)
    bias, weights = pairweights.fitted(x, y, np.ones(4000))
    assert [bias, *weights] == pytest.approx([-0.5, 2.0, -1.0], abs=0.2)
    again = pairweights.fitted(x, y, np.ones(4000))
    assert (again[0], again[1].tolist()) == (bias, weights.tolist())


def test_the_figures_are_those_of_the_scoring_tool(shared_dir: Path, tmp_path: Path) -> None:
    gold = shared_dir / "data/stories/ai_stories_dev.json"
    figures, groups = grouping.report(gold, "off", validating=False)
    predicted = tmp_path / "predicted.json"
    predicted.write_text(json.dumps(groups), "utf-8")
    tool = shared_dir / "tools/score_stories.py"
    told = subprocess.run(
        [sys.executable, tool, gold, predicted], capture_output=True, check=True, text=True
    )
    wanted = json.loads(told.stdout)
    assert {name: figures[name] for name in wanted if name in figures} == {
        name: value for name, value in wanted.items() if name in figures
    }
    assert float(str(figures["pair_f1"])) > 0.84
    assert float(str(figures["b3_f1"])) > 0.91


def test_the_three_stories_with_leads_come_out_whole(shared_dir: Path) -> None:
    gold = shared_dir / "data/stories/microsoft_openai_2025-06.json"
    figures, _ = grouping.report(gold, "off", validating=False)
    assert figures["pair_recall"] == 1
    assert float(str(figures["pair_f1"])) >= 0.95
    assert float(str(figures["b3_f1"])) >= 0.95


@pytest.mark.long
def test_no_pair_is_judged_by_what_it_taught(shared_dir: Path) -> None:
    """The weights for two folds are those of a file without the two."""
    articles, labels = labelled.read(shared_dir / "data/stories/ai_stories_dev.json")
    whole = grouping.CrossValidation(articles, labels, "off")
    held = frozenset(whole.folds[2:4])
    rest = [n for n, fold in enumerate(whole.fold.tolist()) if fold not in held]
    part = Labels(
        tuple(labels.story[n] for n in rest),
        tuple(labels.topic[n] for n in rest),
        tuple(labels.counted[n] for n in rest),
        labels.may_merge,
    )
    alone = grouping.CrossValidation([articles[n] for n in rest], part, "off")
    assert whole.weights(held) == pytest.approx(alone.weights(frozenset()), rel=1e-6)
