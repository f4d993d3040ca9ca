"""The relevance benchmark measures what it says, and what it learns is what it ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import relevance, wordweights
from benchmarks.marks import Marks
from benchmarks.wordweights import Labelled
from digest.core import wordweights as shipped

KEYS = {"mode", "precision", "recall", "f1", "f1_interval", "word_list_f1"}
NEWS = ["Larch AI opens an office", "A chatbot for judges", "Acme's language model is out"]
OTHER = ["Goalkeeper saves two penalties", "Acme sells bread", "Chatbot for just $37 this week"]


def headlines(count: int = 4) -> list[dict[str, object]]:
    return [
        {"title": f"{title}, part {n}", "ai": title in NEWS}
        for n in range(count)
        for title in NEWS + OTHER
    ]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    relevance.main(arguments)
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(figures, dict)
    return figures


def test_right_wrong_and_missed_are_counted() -> None:
    items = [Labelled("", relevant, "gold") for relevant in (True, True, False, False, True)]
    counted = relevance.marks([True, False, True, False, True], items)
    assert counted == Marks(right=2, wrong=1, missed=1)
    assert counted.precision == counted.recall == counted.f1 == pytest.approx(2 / 3)
    assert relevance.marks([], []).f1 == 0


def test_the_plain_list_matches_whole_words() -> None:
    assert relevance.in_list("Two Chatbots meet")
    assert relevance.in_list("The A.I. age")
    assert not relevance.in_list("He said maize rains on Generalgpt")


def test_a_story_is_in_one_fold_and_folds_are_alike() -> None:
    items = [Labelled("", n % 2 == 0, "gold", key=str(n), story=f"s{n // 2}") for n in range(40)]
    fold_of = relevance.folds(items, 5)
    assert fold_of == relevance.folds(items, 5)
    assert all(fold_of[n] == fold_of[n + 1] for n in range(0, 40, 2))
    assert {fold_of.count(fold) for fold in range(5)} == {8}


@pytest.mark.parametrize("mode", ["shipped", "cross-validated"])
def test_both_shapes_of_gold_give_the_contracts_keys(
    mode: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold, stories, out = tmp_path / "g.json", tmp_path / "s.json", tmp_path / "out.json"
    rows = headlines()
    gold.write_text(json.dumps(rows), "utf-8")
    items = [
        {"id": f"n{n}", "title": row["title"], "ai_relevant": row["ai"], "story_id": f"s{n}"}
        for n, row in enumerate(rows)
    ]
    stories.write_text(json.dumps({"items": items}), "utf-8")
    also = ["--cross-validate"] if mode == "cross-validated" else []
    for file in (gold, stories):
        figures = run(capsys, "--gold", str(file), "--out", str(out), *also)
        assert set(figures) >= KEYS
        assert figures["mode"] == mode
        assert figures["f1"] == 1.0
        assert figures["word_list_f1"] == pytest.approx(6 / 7, abs=1e-4)  # it knows no prices
    scores = json.loads(out.read_text("utf-8"))
    assert [row["id"] for row in scores] == [item["id"] for item in items]
    assert all((row["score"] >= 0.5) == row["relevant"] for row in scores)


def test_no_item_is_scored_by_weights_learnt_on_it() -> None:
    """A word that stands in one item only keeps its group's weight where that item is scored."""
    items = [*wordweights_items(), Labelled("Sora", False, "gold", key="odd")]
    fold_of = relevance.folds(items)
    whole, seen = relevance.cross_validated(items, [], fold_of)
    rest = [i for i, f in zip(items, fold_of, strict=True) if f != fold_of[-1]]
    weights = wordweights.learn(rest, reference="gold")
    assert whole[-1] == pytest.approx(relevance.probability(weights.score(items[-1])))
    assert "sora" not in weights.words
    assert seen[-1] < whole[-1]  # unseen, it counts for nothing


def wordweights_items() -> list[Labelled]:
    return [
        Labelled(str(row["title"]), bool(row["ai"]), "gold", key=str(n))
        for n, row in enumerate(headlines())
    ]


def test_weights_move_with_what_is_seen_and_stay_by_hand_without() -> None:
    crying = [Labelled(f"Humanoid {n}", False, "gold", key=f"r{n}") for n in range(30)]
    weights = wordweights.learn([*wordweights_items(), *crying], reference="gold")
    assert weights.words["humanoid"] < wordweights.HAND["robots"] - 0.5
    assert weights.groups["people"] == pytest.approx(wordweights.HAND["people"], abs=0.01)
    assert weights.groups["other_meanings"] == pytest.approx(0, abs=0.01)


def test_the_slope_is_that_of_the_loss() -> None:
    import numpy as np

    items = [*wordweights_items(), Labelled("Two firms part", True, "b", "Over a chatbot and GPUs")]
    problem = wordweights._Problem(items, 1.0, 0.5)
    at = problem.first() + np.linspace(-0.05, 0.05, len(problem.first()))
    slope = problem.loss(at)[1]
    for n in range(len(at)):
        step = np.zeros(len(at))
        step[n] = 1e-6
        rise = (problem.loss(at + step)[0] - problem.loss(at - step)[0]) / 2e-6
        assert slope[n] == pytest.approx(rise, rel=1e-3, abs=1e-4)


def test_what_is_written_is_what_was_learnt() -> None:
    weights = wordweights.Weights(-2.0, 0.5, -4.0, -1.0, {"labs": 4.0}, {"gpt": 3.5})
    made: dict[str, object] = {}
    exec(wordweights.module(weights, {"headlines": 3}), made)  # noqa: S102 - our own text
    assert (made["START"], made["LEAD"], made["PRICE"], made["ADVICE"]) == (-2.0, 0.5, -4.0, -1.0)
    assert made["GROUPS"] == {"labs": 4.0}
    assert made["WORDS"] == {"gpt": 3.5}
    assert set(shipped.GROUPS) == set(wordweights.HAND)


def test_feeds_are_labelled_by_their_outlets_tags(tmp_path: Path) -> None:
    entry = "<item><title>{0}</title><link>https://a.test/{0}</link>{1}</item>"
    body = entry.format("one", "<category>AI</category>") + entry.format("two", "")
    feed = f"<rss version='2.0'><channel><title>A</title>{body}</channel></rss>"
    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_text(feed, "utf-8")
    assert [(i.title, i.relevant) for i in wordweights.tagged(tmp_path)] == [
        ("one", True),
        ("two", False),
    ]


def test_real_headlines_beat_the_plain_list_cross_validated(shared_dir: Path) -> None:
    items = wordweights.labelled(shared_dir / "data/relevance/headlines_dev.json", "gold")
    figures, _ = relevance.report(items, [], cross_validate=True)
    assert float(str(figures["f1"])) > float(str(figures["word_list_f1"])) >= 0.95
