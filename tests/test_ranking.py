"""Which stories lead, and why."""

from __future__ import annotations

from datetime import timedelta

from digest.core import ranking
from digest.models import (
    Article,
    EntryOutcome,
    FeedKind,
    Judged,
    Quality,
    Ranked,
    Story,
    StoryStatus,
)
from tests.builders import NOW, article, story


def new(key: str, *articles: Article) -> Judged:
    return Judged(story(*articles, key=key), StoryStatus.NEW)


def order(*stories: Judged, topics: tuple[str, ...] = ()) -> list[str]:
    return [r.judged.story.id for r in ranking.rank(stories, now=NOW, topics=topics)]


def plain(key: str, site: str = "a.test", **more: float) -> Article:
    return article(key, f"Firm {key} shows a thing", "Some text.", site=site, **more)  # type: ignore[arg-type]


def test_more_independent_publishers_lead() -> None:
    one = new("one", plain("x1"), plain("x2"))  # one publisher, twice
    two = new("two", plain("y1"), plain("y2", "b.test"))
    three = new("three", plain("z1"), plain("z2", "b.test"), plain("z3", "c.test"))
    assert order(one, two, three) == ["three", "two", "one"]


def test_the_fresher_of_two_like_stories_leads() -> None:
    assert order(new("old", plain("x", hours=20.0)), new("fresh", plain("y", hours=1.0))) == [
        "fresh",
        "old",
    ]


def test_the_users_topics_trust_and_money_weigh() -> None:
    chips = new("chips", article("c", "Firm shows photonic chips", "Text."))
    other = new("other", article("o", "Firm shows a thing", "Text."))
    assert order(other, chips, topics=("photonic chips",))[0] == "chips"
    trusted = new("trusted", article("t", "Firm shows a thing", "Text.", trust=1.5))
    assert order(other, trusted)[0] == "trusted"
    rich = new("rich", article("r", "Firm gets $4 billion", "Text."))
    assert order(other, rich)[0] == "rich"


def test_each_part_of_the_score_is_told_and_they_add_up() -> None:
    lab = article(
        "lab", "Ormond launches a chip for $2 billion", "Text.", site="ormond.test", category="labs"
    )
    link = article("link", "Ormond launches a model", kind=FeedKind.DISCUSSION)
    tale = Story("s", story(lab, plain("x", "b.test")).evidence, links=(link,))
    (ranked,) = ranking.rank([Judged(tale, StoryStatus.UPDATE)], now=NOW)
    told = " | ".join(ranked.reasons)
    for part in ("2 independent publishers", "announced by Ormond itself", "2 h old", "large sum"):
        assert part in told
    assert "discussed in one thread" in told
    assert "update of a story told before" in told
    points = [float(r.rsplit("(", 1)[1].rstrip(")")) for r in ranked.reasons]
    assert abs(sum(points) - ranked.score) < 0.05 * len(points)


def split(
    ranked: list[Ranked], **more: int
) -> tuple[list[str], list[str], list[tuple[str, EntryOutcome]]]:
    limits = {"max_stories": 2, "max_briefs": 1, "per_publisher": 3, **more}
    stories, briefs, out = ranking.split(ranked, language="en", **limits)
    return (
        [r.judged.story.id for r in stories],
        [r.judged.story.id for r in briefs],
        [(r.judged.story.id, outcome) for r, outcome, _ in out],
    )


def test_below_the_stories_come_briefs_and_below_them_nothing() -> None:
    judged = [new(f"s{n}", plain(f"a{n}", f"{n}.test", hours=float(n + 1))) for n in range(4)]
    assert split(ranking.rank(judged, now=NOW)) == (
        ["s0", "s1"],
        ["s2"],
        [("s3", EntryOutcome.BELOW_CUT)],
    )


def test_one_publisher_cannot_fill_an_edition() -> None:
    judged = [new(f"s{n}", plain(f"a{n}", "a.test", hours=float(n + 1))) for n in range(3)]
    judged.append(new("other", plain("o", "b.test", hours=23.0)))
    stories, briefs, _ = split(ranking.rank(judged, now=NOW), max_stories=4, per_publisher=2)
    assert (stories, briefs) == (["s0", "s1", "other"], ["s2"])


def test_repeats_and_stories_in_another_language_are_left_out() -> None:
    repeat = Judged(story(plain("x"), key="again"), StoryStatus.REPEAT, reason="told on Monday")
    german = new("german", article("d", "Firma zeigt etwas", "Text.", language="de"))
    ranked = ranking.rank([repeat, german], now=NOW)
    stories, briefs, out = split(ranked)
    assert (stories, briefs) == ([], [])
    assert sorted(out) == [("again", EntryOutcome.REPEAT), ("german", EntryOutcome.BELOW_CUT)]


def test_without_a_full_text_a_story_ranks_lower() -> None:
    full = new("full", article("f", "Firm shows a thing", "Text."))
    teaser = new("teaser", article("t", "Firm shows a thing", "Text.", quality=Quality.TEASER))
    assert order(teaser, full) == ["full", "teaser"]


def test_age_counts_from_the_newest_report() -> None:
    (ranked,) = ranking.rank(
        [new("s", plain("x", hours=30.0), plain("y", "b.test", hours=1.0))],
        now=NOW + timedelta(hours=1),
    )
    assert any("2 h old" in reason for reason in ranked.reasons)


def test_a_magazine_in_the_labs_list_announces_nothing_itself() -> None:
    about = article("m", "Ormond launches a chip", "Text.", site="watch.test", category="labs")
    (ranked,) = ranking.rank([new("s", about)], now=NOW)
    assert not any("announced" in reason for reason in ranked.reasons)


def test_the_kind_of_event_is_told_by_its_own_words() -> None:
    def about(title: str) -> str:
        (ranked,) = ranking.rank([new("s", article("x", title, "Text."))], now=NOW)
        return " | ".join(ranked.reasons)

    assert "a release" in about("Ormond unveils a chip")
    assert "a release" not in about("Court rules on a language model's weights")
    assert "law and policy" in about("Court rules on a language model's weights")
    assert "people" in about("Ormond's founder resigns")
    assert "safety" in about("Breach at Ormond")
