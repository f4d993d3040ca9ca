"""New, an update, or a repeat."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.core import memory
from digest.models import Article, Evidence, Judged, Story, StoryStatus, Told
from tests.builders import NOW, article, story

OPENS = NOW - timedelta(hours=24)
YESTERDAY = article(
    "halt",
    "Pellmark halts shipments of its accelerator",
    "Pellmark halted shipments of its Q40 accelerator on Monday. It gave no number of boards.",
    hours=30,
    seen=NOW - timedelta(hours=25),
)
TELLING = Told(
    "s-old", "daily-2026-03-09", date(2026, 3, 9), OPENS, "Pellmark halts", frozenset({"halt"})
)


class Every(set[str]):
    """Holds every id."""

    def __contains__(self, key: object) -> bool:
        return True


EVERY = Every()


def fresh(*articles: Article) -> set[str]:
    return {a.id for a in articles if memory.is_fresh(a, OPENS, set())}


def judged(*articles: Article, told: tuple[Told, ...] = (TELLING,)) -> Judged:
    (found,) = memory.judge(
        [story(*articles)], told, fresh=fresh(*articles), known={"halt": YESTERDAY}
    )
    return found


def test_a_story_never_told_is_new() -> None:
    found = judged(article("x", "Ormond releases a model"), told=())
    assert found.status is StoryStatus.NEW
    assert found.story.id == "s-1"


def test_new_figures_after_the_telling_make_an_update_under_the_old_name() -> None:
    recall = article(
        "recall",
        "Pellmark to replace 14,200 boards",
        "Pellmark will replace 14,200 Q40 boards within ten weeks. It set $210 million aside.",
    )
    found = judged(recall, YESTERDAY)
    assert found.status is StoryStatus.UPDATE
    assert found.story.id == "s-old"
    assert [e.article.id for e in found.story.evidence] == ["recall"]
    assert found.news == (
        "Pellmark will replace 14,200 Q40 boards within ten weeks.",
        "It set $210 million aside.",
    )
    assert found.earlier == TELLING


def test_a_rewrite_with_no_new_fact_is_a_repeat() -> None:
    rewrite = article(
        "again",
        "No more accelerators from Pellmark for now",
        "Pellmark is not shipping its Q40 accelerator any more. It will not say how many boards.",
    )
    assert judged(rewrite, YESTERDAY).status is StoryStatus.REPEAT


def test_a_late_report_from_before_the_telling_joins_and_is_no_update() -> None:
    late = article(
        "late", "Pellmark halts 9,000 boards", "Pellmark stops 9,000 boards for $3.", hours=26
    )
    assert judged(late, YESTERDAY).status is StoryStatus.REPEAT


def test_opinion_brings_no_news() -> None:
    tale = story(YESTERDAY, article("rewrite", "Pellmark again", "Pellmark halted shipments."))
    tale = replace(tale, commentary=(article("op", "Why 5,000 boards at $9 matter", "x"),))
    (found,) = memory.judge([tale], [TELLING], fresh=EVERY, known={"halt": YESTERDAY})
    assert found.status is StoryStatus.REPEAT


def test_a_story_without_anything_fresh_is_not_judged_at_all() -> None:
    assert memory.judge([story(YESTERDAY)], [TELLING], fresh=fresh(YESTERDAY), known={}) == []


def test_what_a_search_dug_up_long_after_is_not_fresh() -> None:
    old = article("old", "Ormond released a model", hours=24 * 6)
    assert memory.judge([story(old)], [], fresh=fresh(old), known={}) == []


def test_copies_count_as_told() -> None:
    copy = replace(YESTERDAY, id="copy", first_seen_at=NOW)
    tale = Story("s-2", (Evidence(copy, (YESTERDAY,)),))
    (found,) = memory.judge([tale], [TELLING], fresh=EVERY, known={"halt": YESTERDAY})
    assert found.status is StoryStatus.REPEAT


def test_an_update_of_an_update_keeps_the_first_name() -> None:
    second = replace(
        TELLING,
        edition_id="daily-2026-03-10",
        told_at=NOW - timedelta(hours=10),
        article_ids=frozenset({"recall"}),
    )
    recall = article("recall", "Pellmark to replace 14,200 boards", hours=12)
    third = article("third", "Pellmark fined $90 million by Corrado Board", "It pays 90 days.")
    (found,) = memory.judge(
        [story(third, recall, YESTERDAY)],
        [second, TELLING],
        fresh=EVERY,
        known={"halt": YESTERDAY, "recall": recall},
    )
    assert (found.status, found.story.id) == (StoryStatus.UPDATE, "s-old")
    assert [e.article.id for e in found.story.evidence] == ["third"]


@pytest.mark.parametrize("hours", [0.5, 47])
def test_a_slow_feed_is_still_fresh_within_two_days(hours: float) -> None:
    slow = article("slow", "Ormond releases a model", hours=24 + hours)
    assert memory.is_fresh(slow, OPENS, set())


def test_an_article_no_edition_has_judged_is_fresh_whenever_it_was_seen() -> None:
    late = article("late", "Ormond releases a model", hours=25, seen=OPENS)
    assert not memory.is_fresh(late, OPENS, set())
    assert memory.is_fresh(late, OPENS, {"late"})


def test_a_told_story_that_comes_apart_goes_on_as_one_and_begins_as_another() -> None:
    told = replace(TELLING, article_ids=frozenset({"a1", "a2", "a3"}))
    old = {
        key: article(key, f"Pellmark {key}", "It said so.", hours=30) for key in told.article_ids
    }
    money = article("m", "Pellmark raises $700 million", "It raises $700 million from Corrado.")
    court = article("c", "Pellmark sued by 400 authors", "Lindow Guild sues for $90 million.")
    found = memory.judge(
        [story(money, old["a1"], old["a2"], key="x"), story(court, old["a3"], key="y")],
        [told],
        fresh=EVERY,
        known=old,
    )
    assert len({j.story.id for j in found}) == 2
    by_first = {j.story.evidence[0].article.id: j for j in found}
    assert (by_first["m"].story.id, by_first["m"].status) == ("s-old", StoryStatus.UPDATE)
    assert by_first["c"].status is StoryStatus.NEW
    assert [e.article.id for e in by_first["c"].story.evidence] == ["c"]


def test_the_same_text_under_a_new_address_is_a_repeat() -> None:
    words = " ".join(f"Word number {n} of the report on Pellmark boards." for n in range(30))
    told = replace(YESTERDAY, text=words)
    again = article("again", "Pellmark boards: the report", words)
    (found,) = memory.judge([story(again)], [TELLING], fresh=EVERY, known={"halt": told})
    assert (found.status, found.story.id) == (StoryStatus.REPEAT, "s-old")


def test_background_in_a_retelling_is_no_news() -> None:
    retold = article(
        "bg",
        "Pellmark halts shipments",
        "Pellmark, founded in 2019 by Ada Korr in Palo Verde, halted shipments of its Q40 "
        "accelerator on Monday. The company previously raised $300 million from Hale Capital.",
    )
    assert judged(retold, YESTERDAY).status is StoryStatus.REPEAT
