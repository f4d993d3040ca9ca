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
        "Pellmark to replace 14,200 boards",
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


def test_what_an_edition_printed_of_a_story_belongs_to_each_of_its_sources() -> None:
    edition = sample_edition.edition()
    printed = memory.printed_in([edition])
    told = edition.stories[0]
    for source in told.sources:
        assert {sentence.text for sentence in told.lead} <= set(printed[source.article_id])
    assert all(set(printed) >= {s.article_id for s in b.sources} for b in edition.briefs)


def test_a_printed_sentence_retold_with_details_more_is_no_news() -> None:
    printed = "Ada Korr of Pellmark said 9,000 boards went to the Corrado works in March."
    more = printed.replace("in March.", "in March, on 14 trucks of Harrow.")
    known = Memory({"halt": GONE}, {"halt": trace(GONE)}, {"halt": (printed,)})
    for text, status in ((more, StoryStatus.REPEAT), ("Harrow has 14.", StoryStatus.UPDATE)):
        again = article("again", "Pellmark again", text)
        (found,) = memory.judge([story(again, GONE)], [TELLING], fresh=EVERY, memory=known)
        assert found.status is status


DEAL = article("deal", "Ormond in talks to buy Fennika", hours=30, seen=NOW - timedelta(hours=25))
SUIT = article("suit", "Lindow Guild sues Pellmark over books", hours=30)
SUM = article("sum", "Ormond raises $300 million at $4.1 billion valuation", hours=30)


def by_title(told: Article, title: str) -> StoryStatus:
    """Return how a later title is judged where all that is known are titles."""
    telling = replace(TELLING, article_ids=frozenset({told.id}))
    later = article("later", title, site="circuit.test")
    (found,) = memory.judge(
        [story(later, told)], [telling], fresh={"later"}, memory=Memory({told.id: told})
    )
    assert bool(found.news) == (found.status is StoryStatus.UPDATE)
    return found.status


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (DEAL, "Ormond agrees to buy Fennika"),
        (DEAL, "Ormond closes Fennika acquisition"),
        (DEAL, "Talks over Fennika called off, says Ormond"),
        (DEAL, "Ormond offers $900 million for Fennika"),
        (SUIT, "Judge dismisses authors' case against Pellmark"),
        (SUIT, "Pellmark settles with Lindow Guild over books"),
        (SUM, "Ormond raises $500 million at $6 billion valuation"),
    ],
)
def test_a_title_with_another_stage_or_sum_is_an_update(told: Article, title: str) -> None:
    assert by_title(told, title) is StoryStatus.UPDATE


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (DEAL, "Fennika may go to Ormond: the two are negotiating"),
        (SUIT, "Pellmark faces lawsuit by Lindow Guild"),
        (SUM, "Ormond valued at $4 billion in new $300m round"),
        (DEAL, "What the Ormond deal means for 5,000 workers"),
        (DEAL, "Why Ormond agreed to buy Fennika"),
        (DEAL, "Analysis: Ormond agrees to pay $900 million"),
        (replace(SUM, title="Ormond releases Larch"), "Ormond releases Larch, a 30B model"),
        (DEAL, "The Firm That Ada Korr Built Is In Talks To Buy Fennika"),
    ],
)
def test_a_title_with_other_words_or_a_view_is_a_repeat(told: Article, title: str) -> None:
    assert by_title(told, title) is StoryStatus.REPEAT


def test_details_far_from_the_top_are_no_news() -> None:
    retold = article(
        "deep",
        "Pellmark halts shipments",
        "Pellmark halted shipments of its Q40 accelerator on Monday. It gave no number of boards. "
        "Ada Korr flew to Lindow with 40 engineers of Corrado.",
    )
    assert judged(retold, YESTERDAY).status is StoryStatus.REPEAT


def test_a_report_that_joins_a_repeat_is_of_the_story_told_long_ago() -> None:
    """The told articles have left the window; what was left out since is still in it."""
    repeat = article(
        "repeat", "No Q40 boards of Pellmark for now", hours=70, seen=NOW - timedelta(hours=60)
    )
    again = article("again", "Still no Q40 boards at Pellmark", site="circuit.test")
    known = Memory({"halt": YESTERDAY})
    for joined, status in ((frozenset({"repeat"}), StoryStatus.REPEAT), ((), StoryStatus.NEW)):
        telling = replace(TELLING, joined=frozenset(joined))
        (found,) = memory.judge([story(again, repeat)], [telling], fresh={"again"}, memory=known)
        assert found.status is status
    assert found.story.id == "s-1"


def test_what_a_repeat_said_was_not_told() -> None:
    repeat = article("repeat", "Pellmark halts 9,000 boards", hours=70)
    later = article("later", "Pellmark recalls 9,000 boards for $90 million", site="circuit.test")
    telling = replace(TELLING, joined=frozenset({"repeat"}))
    known = Memory({"halt": YESTERDAY, "repeat": repeat})
    (found,) = memory.judge([story(later, repeat)], [telling], fresh={"later"}, memory=known)
    assert (found.status, found.story.id) == (StoryStatus.UPDATE, "s-old")


def test_two_told_stories_that_become_one_go_on_as_the_one_told_last() -> None:
    other = article("probe", "Corrado Board looks at boards of Pellmark", hours=50)
    first = replace(TELLING, story_id="s-a", told_at=NOW - timedelta(hours=48))
    last = replace(TELLING, story_id="s-b", article_ids=frozenset({"probe"}))
    fine = article("fine", "Pellmark fined $90 million over boards")
    (found,) = memory.judge(
        [story(fine, YESTERDAY, other)],
        [last, first],
        fresh={"fine"},
        memory=Memory({"halt": YESTERDAY, "probe": other}),
    )
    assert (found.status, found.story.id) == (StoryStatus.UPDATE, "s-b")


def test_a_part_of_a_told_story_with_nothing_new_does_not_begin_anew() -> None:
    told = replace(TELLING, article_ids=frozenset({"a1", "a2", "a3"}))
    old = {
        key: article(key, "Pellmark halts shipments", hours=30) for key in sorted(told.article_ids)
    }
    whole = story(article("x", "Pellmark halts boards"), old["a1"], old["a2"], key="x")
    part = story(article("y", "No shipments at Pellmark"), old["a3"], key="y")
    found = memory.judge([whole, part], [told], fresh={"x", "y"}, memory=Memory(old))
    assert [j.status for j in found] == [StoryStatus.REPEAT, StoryStatus.REPEAT]
    assert len({j.story.id for j in found}) == 2


def test_an_update_keeps_the_reports_of_what_is_new_and_no_rewrite_of_the_old() -> None:
    recall = article("recall", "Pellmark to replace 14,200 boards for $210 million", hours=3)
    same = article("same", "Replaced: 14,200 boards of Pellmark", site="circuit.test", hours=2)
    rewrite = article("rewrite", "Pellmark halts its accelerator", site="pier.test", hours=1)
    found = judged(recall, same, rewrite, YESTERDAY)
    assert found.status is StoryStatus.UPDATE
    assert [e.article.id for e in found.story.evidence] == ["recall", "same"]


def test_a_day_without_a_time_may_be_after_the_telling() -> None:
    midnight = TELLING.told_at.replace(hour=0, minute=0)
    title = "Pellmark to replace 14,200 boards for $210 million"
    for at, status in ((midnight, StoryStatus.UPDATE), (midnight + timedelta(minutes=1), None)):
        dated = replace(article("dated", title), published_at=at)
        assert judged(dated, YESTERDAY).status is (status or StoryStatus.REPEAT)


FIGURES = "The trial had 21,400 patients. It found 94.1 percent of them and missed 31 percent fewer"


def test_a_rewrite_with_the_same_figures_is_known_without_the_group_that_held_it() -> None:
    told = replace(YESTERDAY, text=f"{FIGURES}. A scan costs €4.20.")
    rewrite = article(
        "rewrite",
        "Your eye doctor may have a new colleague",
        f"Something comes to hospitals. {FIGURES} than before. It costs €4.20, a quarter of now.",
        site="kettle.test",
    )
    other = replace(rewrite, id="other", text=f"{FIGURES}. It has 612 staff and made $9 million.")
    for known in (Memory({"halt": told}), Memory({}, {"halt": trace(told)})):
        found = memory.judge(
            [story(rewrite), story(other, key="s-2")], (TELLING,), fresh=EVERY, memory=known
        )
        assert [(j.status, j.story.id) for j in found] == [
            (StoryStatus.REPEAT, "s-old"),
            (StoryStatus.NEW, "s-2"),
        ]
