"""Which stories lead, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from digest.core import ranking
from digest.models import (
    Article,
    Edition,
    EntryOutcome,
    Evidence,
    FeedKind,
    Judged,
    Quality,
    Ranked,
    Story,
    StoryStatus,
)
from tests import sample_edition
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
    assert round(sum(points), 1) == ranked.score


def split(
    ranked: list[Ranked], **more: int
) -> tuple[list[str], list[str], list[tuple[str, EntryOutcome]]]:
    limits = {"max_stories": 2, "max_briefs": 1, "per_publisher": 3, "per_company": 9, **more}
    stories, briefs, out = ranking.split(ranked, language="en", translates=False, **limits)
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


def test_repeats_are_left_out_and_stories_in_another_language_told_in_one_line() -> None:
    repeat = Judged(story(plain("x"), key="again"), StoryStatus.REPEAT, reason="told on Monday")
    german = new("german", article("d", "Firma zeigt etwas", "Text.", language="de"))
    ranked = ranking.rank([repeat, german], now=NOW)
    stories, briefs, out = split(ranked)
    assert (stories, briefs) == ([], ["german"])
    assert out == [("again", EntryOutcome.REPEAT)]


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


def reasons(judged: Judged) -> str:
    (ranked,) = ranking.rank([judged], now=NOW)
    return " | ".join(ranked.reasons)


def test_titles_of_one_house_are_one_publisher() -> None:
    house = new("house", plain("x", "wired.com"), plain("y", "arstechnica.com"))
    two = new("two", plain("z", "wired.com"), plain("w", "b.test"))
    assert "1 publisher (of 2 sites)" in reasons(house)
    assert order(house, two) == ["two", "house"]


def test_what_passes_on_a_report_is_no_second_publisher() -> None:
    passed = new("passed", plain("x"), plain("y", "techmeme.com"), plain("z", "x.com"))
    assert "1 publisher (of 3 sites)" in reasons(passed)
    alone, post = new("alone", plain("p", "techmeme.com")), new("post", plain("q", "x.com"))
    assert order(post, alone, new("own", plain("r"))) == ["own", "alone", "post"]


def test_a_copy_and_a_thread_bring_rank_and_are_no_publishers() -> None:
    told = plain("x")
    link = article("l", "Firm x shows a thing (A. Korr/A)", site="techmeme.com")
    copied = Judged(Story("copied", (Evidence(told, (link,)),)), StoryStatus.NEW)
    assert "1 publisher (+2.0)" in reasons(copied)
    assert "passed on by Techmeme.Com (+0.5)" in reasons(copied)
    assert order(new("plain", told), copied) == ["copied", "plain"]


def test_advice_views_and_roundups_do_not_lead() -> None:
    titles = [
        "How to get more out of Larch",
        "7 ways to use Larch at work",
        "Is Larch the end of drafting?",
        "I tried Larch for a week",
        "This week in models: Larch and more",
        "Podcast: the makers of Larch",
    ]
    light = [new(f"light{n}", article(f"l{n}", t, "Text.")) for n, t in enumerate(titles)]
    report = new("report", article("r", "Ormond shows Larch", "Text.", hours=20.0, site="b.test"))
    assert order(*light, report)[0] == "report"


def test_what_is_partly_about_ai_ranks_lower() -> None:
    sure = new("sure", article("s", "Firm shows a thing", "Text.", relevance=0.95))
    half = new("half", article("h", "Firm shows a thing", "Text.", relevance=0.55))
    assert order(half, sure) == ["sure", "half"]
    assert "partly about AI (relevance 0.55)" in reasons(half)


def test_a_labs_post_is_an_announcement_where_it_releases_or_others_tell_it() -> None:
    release = article("a", "Releasing Larch 2", "Text.", site="anthropic.com", category="labs")
    post = article("b", "Larch seats for teams", "Text.", site="anthropic.com", category="labs")
    assert "announced by Anthropic itself (+1.0)" in reasons(new("s", release))
    assert "on Anthropic’s own site (+0.3)" in reasons(new("s", post))
    assert "announced by Anthropic itself (+1.0)" in reasons(new("s", post, plain("x")))
    guide = article("c", "How Corrado uses Larch", "Text.", site="anthropic.com", category="labs")
    assert "Anthropic" not in reasons(new("s", guide))


def test_a_publisher_or_company_above_puts_the_next_lower() -> None:
    first = new("a", article("a", "Ormond shows Larch", "Text.", hours=1.0))
    same = new("b", article("b", "Pellmark shows a board", "Text.", hours=1.5))
    company = new("c", article("c", "Ormond shows Birch", "Text.", hours=1.6, site="c.test"))
    other = new("d", article("d", "Fennika shows a robot", "Text.", hours=9.0, site="d.test"))
    ranked = ranking.rank([same, company, other, first], now=NOW)
    assert [r.judged.story.id for r in ranked] == ["a", "d", "c", "b"]
    assert "below one story told by Harbour Wire alone (-0.5)" in ranked[3].reasons
    assert "below one story about Ormond (-0.4)" in ranked[2].reasons


def test_one_company_cannot_fill_an_edition() -> None:
    titles = ["Ormond shows Larch", "Ormond shows Birch", "Ormond shows Alder"]
    judged = [
        new(f"s{n}", article(f"a{n}", title, "Text.", site=f"{n}.test", hours=n + 1.0))
        for n, title in enumerate(titles)
    ]
    judged.append(new("other", article("o", "Fennika shows a robot", hours=40.0, site="o.test")))
    ranked = ranking.rank(judged, now=NOW)
    stories, briefs, _ = split(ranked, max_stories=4, per_company=2)
    assert (stories, briefs) == (["s0", "s1", "other"], ["s2"])
    _, _, out = ranking.split(
        ranked, max_stories=4, max_briefs=0, per_publisher=3, per_company=2, language="en"
    )
    assert [(r.judged.story.id, reason) for r, _, reason in out] == [
        (
            "s2",
            "placed 3rd: 2 stories about Ormond above (per_company_cap), and there is "
            "no more room in brief",
        )
    ]


def test_what_led_yesterday_and_the_day_before_weighs_less() -> None:
    def led(days: int, headline: str) -> Edition:
        edition = sample_edition.edition()
        top = replace(edition.stories[0], id=f"s-{days}", headline=headline)
        return replace(edition, generated_at=NOW - timedelta(days=days), stories=(top,))

    again = new("again", article("a", "Ormond shows Birch", "Text."))
    other = new("other", article("o", "Fennika shows a robot", "Text.", site="o.test", hours=3.0))
    earlier = [led(1, "Ormond shows Larch"), led(2, "Ormond buys Pellmark"), led(9, "Ormond sued")]
    assert order(again, other) == ["again", "other"]
    ranked = ranking.rank([again, other], now=NOW, earlier=earlier)
    assert [r.judged.story.id for r in ranked] == ["other", "again"]
    assert "Ormond led 2 of the last editions (-0.3)" in ranked[1].reasons
    update = replace(again, story=replace(again.story, id="s-1"), status=StoryStatus.UPDATE)
    (ranked_update,) = ranking.rank([update], now=NOW, earlier=earlier)
    assert "it led lately (-0.3)" in ranked_update.reasons


def test_ties_go_by_id_whatever_the_order() -> None:
    judged = [new(key, plain("x", f"{key}.test")) for key in ("c", "a", "b")]
    assert order(*judged) == order(*reversed(judged)) == ["a", "b", "c"]


def test_a_labs_post_about_another_companys_model_is_no_announcement_of_its_own() -> None:
    other = article("o", "Qwen3.8 is here, launched by Alibaba", "Text.", site="huggingface.co")
    own = article("p", "Hugging Face launches a robot", "Text.", site="huggingface.co")
    assert "itself" not in reasons(new("other", other, plain("x", "b.test")))
    assert "announced by Hugging Face itself" in reasons(new("own", own, plain("y", "b.test")))


def test_one_title_that_names_nobody_and_no_deed_ranks_below_a_report() -> None:
    essay = new("essay", article("e", "The quiet end of reading is upon us", "Text."))
    report = new("report", article("r", "Clinics in Lindow scrap a chatbot", "Text."))
    assert order(essay, report) == ["report", "essay"]
    assert "names nobody, no deed and no sum (-0.5)" in reasons(essay)
    several = new("several", article("f", "A quiet end", "Text."), plain("g", "b.test"))
    assert "names nobody" not in reasons(several)
