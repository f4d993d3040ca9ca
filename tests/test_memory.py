"""New, an update, or a repeat."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.core import memory
from digest.core.memory import Memory
from digest.core.traces import trace
from digest.models import Article, Evidence, Judged, Story, StoryStatus, Told
from tests import sample_edition
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
        [story(*articles)], told, fresh=fresh(*articles), memory=Memory({"halt": YESTERDAY})
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
    (found,) = memory.judge([tale], [TELLING], fresh=EVERY, memory=Memory({"halt": YESTERDAY}))
    assert found.status is StoryStatus.REPEAT


def test_a_story_without_anything_fresh_is_not_judged_at_all() -> None:
    assert (
        memory.judge([story(YESTERDAY)], [TELLING], fresh=fresh(YESTERDAY), memory=Memory({})) == []
    )


def test_what_a_search_dug_up_long_after_is_not_fresh() -> None:
    old = article("old", "Ormond released a model", hours=24 * 6)
    assert memory.judge([story(old)], [], fresh=fresh(old), memory=Memory({})) == []


def test_copies_count_as_told() -> None:
    copy = replace(YESTERDAY, id="copy", first_seen_at=NOW)
    tale = Story("s-2", (Evidence(copy, (YESTERDAY,)),))
    (found,) = memory.judge([tale], [TELLING], fresh=EVERY, memory=Memory({"halt": YESTERDAY}))
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
        memory=Memory({"halt": YESTERDAY, "recall": recall}),
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
        memory=Memory(old),
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
    (found,) = memory.judge([story(again)], [TELLING], fresh=EVERY, memory=Memory({"halt": told}))
    assert (found.status, found.story.id) == (StoryStatus.REPEAT, "s-old")


def test_background_in_a_retelling_is_no_news() -> None:
    retold = article(
        "bg",
        "Pellmark halts shipments",
        "Pellmark, founded in 2019 by Ada Korr in Palo Verde, halted shipments of its Q40 "
        "accelerator on Monday. The company previously raised $300 million from Hale Capital.",
    )
    assert judged(retold, YESTERDAY).status is StoryStatus.REPEAT


GONE = replace(YESTERDAY, text="")
FORGOTTEN = Memory({"halt": GONE}, {"halt": trace(YESTERDAY)})


def test_without_the_text_its_trace_tells_a_repeat_from_an_update() -> None:
    rewrite = article(
        "again",
        "No more Q40 boards from Pellmark on Monday",
        "Pellmark, maker of the Q40, is out of Q40 boards. Pellmark would not say more.",
    )
    recall = article(
        "recall", "Pellmark recalls boards", "It will replace 14,200 boards for $210 million."
    )
    for report, status in ((rewrite, StoryStatus.REPEAT), (recall, StoryStatus.UPDATE)):
        for known in (Memory({"halt": YESTERDAY}), FORGOTTEN):
            (found,) = memory.judge(
                [story(report, GONE)], [TELLING], fresh={report.id}, memory=known
            )
            assert (report.id, found.status) == (report.id, status)


def test_without_the_text_the_same_text_elsewhere_is_still_a_repeat() -> None:
    words = " ".join(f"Word number {n} of the report on Pellmark boards." for n in range(30))
    kept = trace(replace(YESTERDAY, text=words))
    again = article("again", "Pellmark boards: the report", "Our wire says.\n" + words)
    (found,) = memory.judge(
        [story(again)], [TELLING], fresh=EVERY, memory=Memory({"halt": GONE}, {"halt": kept})
    )
    assert (found.status, found.story.id) == (StoryStatus.REPEAT, "s-old")


def test_what_was_printed_counts_as_said_and_as_known() -> None:
    printed = "Ada Korr of Pellmark said 9,000 boards went to the Corrado works in March."
    retold = article("again", "Pellmark and Corrado", "The Corrado works got 9,000, said Ada Korr.")
    for told, status in (((printed,), StoryStatus.REPEAT), ((), StoryStatus.UPDATE)):
        known = Memory({"halt": GONE}, {"halt": trace(GONE)}, {"halt": told})
        (found,) = memory.judge([story(retold, GONE)], [TELLING], fresh=EVERY, memory=known)
        assert found.status is status


def test_the_sentences_an_edition_printed_belong_to_the_articles_they_cite() -> None:
    edition = sample_edition.edition()
    printed = memory.printed_in([edition])
    told = edition.stories[0]
    by_number = {s.n: s.article_id for s in told.sources}
    for sentence in told.lead:
        for n in sentence.cites:
            assert sentence.text in printed[by_number[n]]
    assert all(set(printed) >= {s.article_id for s in b.sources} for b in edition.briefs)


def test_a_printed_sentence_retold_with_details_more_is_no_news() -> None:
    printed = "Ada Korr of Pellmark said 9,000 boards went to the Corrado works in March."
    more = printed.replace("in March.", "in March, on 14 trucks of Harrow.")
    known = Memory({"halt": GONE}, {"halt": trace(GONE)}, {"halt": (printed,)})
    for text, status in ((more, StoryStatus.REPEAT), ("Harrow has 14.", StoryStatus.UPDATE)):
        again = article("again", "Pellmark again", text)
        (found,) = memory.judge([story(again, GONE)], [TELLING], fresh=EVERY, memory=known)
        assert found.status is status
