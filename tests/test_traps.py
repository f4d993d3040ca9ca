"""What looks like a witness and is none: opinion, round-ups, link-posts, threads, templates."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from digest.core import articles, genre, stories
from digest.core.genre import Genre
from digest.models import Article, Entry, Evidence, Feed, FeedKind, Story
from tests.builders import NOW, article
from tests.command import Days

DEAL = [
    article("deal-1", "Brindle to buy chip designer Ostrava Logic for $2.1 billion"),
    article(
        "deal-2",
        "Ostrava Logic sold to Brindle in $2.1 billion chip deal",
        site="circuit-post.test",
        hours=4,
    ),
]


def kind_of(title: str, path: str = "/news/1", category: str = "press") -> Genre:
    """The genre of a piece at a general outlet."""
    piece = article("a", title, category=category)
    return genre.of(replace(piece, url=f"http://harbour-wire.test{path}"))


def grouped(*others: Article) -> list[Story]:
    return stories.group([*DEAL, *others], language="en")


# --- opinion ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Opinion: Brindle should not own Ostrava Logic",
        "I asked Larch to plan my holiday and it forgot the flight",
        "I’m leaving Brindle to grow tomatoes",
        "Larch translated my letters and taught me to knit",
        "Larch 3 is here, and I have questions",
        "What Brindle gets wrong about chips",
        "Why every regulator must read Brindle’s contract",
        "Brindle’s essay is exactly why people dislike chips",
        "Is Larch 3 a Brindle killer?",
        "First Brindle, now Halcyra – why do chips keep failing?",
        "The case against Ostrava Logic",
        "What’s behind the shake-up at Brindle",
    ],
)
def test_a_title_that_argues_is_opinion(title: str) -> None:
    assert kind_of(title) is Genre.OPINION


@pytest.mark.parametrize(
    "title",
    [
        "Brindle to buy chip designer Ostrava Logic for $2.1 billion",
        "Why did Brindle’s head of safety leave?",
        "How Larch 3 marks generated text",
        "‘I was wrong’, says the head of Brindle",
        "“I’m sorry”: Halcyra’s chief apologises for the outage",
        "Phase I trial of Halcyra’s drug model succeeds",
        "Larch I and II retired",
        "Opinions differ on the new rule",
        "Halcyra buys about.me, calls it “my dream”",
        "Brindle’s AI column generator released",
        "Can you tell a Larch photo from a real one? Brindle adds marks",
    ],
)
def test_a_report_stays_one(title: str) -> None:
    assert kind_of(title) is Genre.REPORT


def test_a_lab_tells_of_its_own_work_in_the_first_person() -> None:
    title = "Do tutors know when to help? A new benchmark: is it hard?"
    assert kind_of(title, category="labs") is Genre.REPORT


@pytest.mark.parametrize(
    ("said", "opinion"),
    [
        ({"@type": "OpinionNewsArticle"}, True),
        ({"@type": ["NewsArticle", "ReviewNewsArticle"]}, True),
        ({"@type": "NewsArticle", "articleSection": "Opinion"}, True),
        ({"@type": "NewsArticle", "articleSection": ["Chips", "Technology"]}, False),
    ],
)
def test_a_page_says_itself_that_it_is_opinion(said: dict[str, object], opinion: bool) -> None:
    body = " ".join(
        f"Brindle has paid too much for its chips, for the {n}th time." for n in range(60)
    )
    page = (
        f'<html><head><script type="application/ld+json">{json.dumps(said)}</script></head>'
        f"<body><article><h1>A deal too far</h1><p>{body}</p></article></body></html>"
    )
    url = "http://harbour-wire.test/deal"
    extraction = articles.extract(page.encode(), url, "text/html")
    feed = Feed("http://harbour-wire.test/feed", name="Harbour Wire")
    entry = Entry("e", feed.url, "e", url, "A deal too far", published_at=NOW)
    read = articles.join(entry, feed, extraction, feed_title="", now=NOW, relevance=1.0)
    assert (genre.of(read) is Genre.OPINION) is opinion
    other = Feed("http://lists.test/feed", name="Lists")
    taken = articles.reowned(read, entry, other, feed_title="", now=NOW, own=frozenset())
    assert taken.opinion is opinion


# --- round-ups -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("The Download: Brindle buys Ostrava Logic, and Larch learns to swim", "/news/1"),
        ("This week in AI: Brindle, Larch and the Shale Compact", "/news/1"),
        ("Daily digest: chips", "/news/1"),
        ("Chip Weekly #12: Brindle and the courts", "/news/1"),
        ("5 things to know about Brindle and Ostrava Logic", "/news/1"),
        ("Brindle launch: live updates as the company shows its chips", "/news/1"),
        ("What is Larch? Everything we know about the model", "/news/1"),
        ("What smart people are saying about Brindle’s deal", "/news/1"),
        ("Brindle and the price of chips", "/podcast/1"),
        ("Brindle and the price of chips", "/newsletters/1"),
        ("Brindle and the price of chips", "/live/1"),
        ("Brindle and the price of chips | Podcast", "/news/1"),
        (
            "Brindle Buys Ostrava Logic Outright, Larch Learns to Swim, and the Chip Backlash"
            " Grows Louder",
            "/news/1",
        ),
    ],
)
def test_a_piece_about_several_stories_is_a_round_up(title: str, path: str) -> None:
    assert kind_of(title, path) is Genre.ROUNDUP


@pytest.mark.parametrize(
    "title",
    [
        "Newsletter firm Kettle raises $30 million",
        "Two AI tools found to leak passwords",
        "Brindle starts a podcast app",
        "Brindle patches Larch weekly: users can now choose the day",
        "Brindle launches Larch 3, raises prices, and drops its free plan",
        "Brindle lives up to its forecast",
        "Four takeaways from Brindle’s essay",
    ],
)
def test_a_report_that_only_looks_like_a_round_up(title: str) -> None:
    assert kind_of(title) is Genre.REPORT


def test_a_round_up_glues_no_stories_and_is_linked_to_the_nearest_at_most() -> None:
    ruling = [
        article("rule-1", "Court orders Halcyra to open its training records", hours=3),
        article(
            "rule-2",
            "Halcyra must open training records, court orders",
            site="docket.test",
            hours=5,
        ),
    ]
    everything = article(
        "all",
        "This week in AI: Brindle to buy chip designer Ostrava Logic, court orders Halcyra to"
        " open its training records",
        site="weekly.test",
    )
    told = grouped(*ruling, everything)
    assert sorted(len(s.evidence) for s in told) == [2, 2]
    assert all(a.id != "all" for s in told for a in stories.reports(s))
    assert sum(len(s.commentary) for s in told) <= 1
    assert genre.linked(everything) == "a round-up, podcast or live page: linked, not evidence"


def test_a_round_up_alone_is_no_story() -> None:
    weekly = article("w", "This week in AI: chips, courts and kettles")
    assert stories.group([weekly], language="en") == []
    assert genre.unlinked(weekly) == (
        "a round-up, podcast or live page, about no story of this edition"
    )


# --- link-posts ------------------------------------------------------------------------------

CREDITED = article(
    "link",
    "Brindle agrees to buy chip designer Ostrava Logic for $2.1 billion (Ada Kern/Circuit Post)",
    site="lists.test",
    hours=1,
)


def test_a_link_post_adds_no_publisher_and_counts_as_a_copy_of_what_it_credits() -> None:
    (told,) = grouped(CREDITED)
    carried = {e.article.domain: [c.id for c in e.copies] for e in told.evidence}
    assert carried == {"circuit-post.test": ["link"], "harbour-wire.test": []}
    assert genre.linked(CREDITED) == "a link to another outlet’s report: no source of its own"


def test_a_story_that_only_link_posts_tell_has_one_source() -> None:
    other = replace(CREDITED, id="second", domain="techmeme.com", publisher="Another list")
    (told,) = stories.group([CREDITED, other], language="en")
    assert [len(e.copies) for e in told.evidence] == [1]


def test_a_report_that_comes_after_its_link_post_keeps_the_storys_id() -> None:
    early = replace(CREDITED, published_at=CREDITED.published_at.replace(day=9))
    (before,) = stories.group([early], language="en")
    (after,) = grouped(early)
    assert after.id == before.id
    assert early in stories.reports(after)


def test_a_feed_that_links_elsewhere_passes_on() -> None:
    """A linked list's entry leads to another outlet's page, which was not opened."""
    feed = Feed("http://lists.test/feed", name="Lists", open_pages=False)
    entry = Entry("e", feed.url, "e", DEAL[1].url, DEAL[0].title, published_at=NOW)
    read = articles.join(entry, feed, None, feed_title="", now=NOW, relevance=1.0)
    assert genre.of(read) is Genre.LINK
    (told,) = grouped(read)
    assert {e.article.domain for e in told.evidence} == {"harbour-wire.test", "circuit-post.test"}


def test_an_outlets_report_behind_an_aggregators_address_is_its_own() -> None:
    hidden = replace(DEAL[0], url="https://news.google.com/rss/articles/CBMi")
    assert genre.of(hidden) is Genre.REPORT


def test_a_linked_list_is_known_by_its_address() -> None:
    assert kind_of("Brindle buys Ostrava Logic", "/linked/2026/08/11/brindle") is Genre.LINK


# --- threads ---------------------------------------------------------------------------------


def test_a_discussion_feed_is_a_link_and_never_evidence() -> None:
    """By the feed's kind, through the real reading: no page is opened, and nothing is glued."""
    feed = Feed("http://forum.test/rss", name="Forum", kind=FeedKind.DISCUSSION)
    entry = Entry("t", feed.url, "t", "http://forum.test/t", DEAL[0].title, published_at=NOW)
    thread = articles.join(entry, feed, None, feed_title="", now=NOW, relevance=1.0)
    (told,) = grouped(thread)
    assert len(told.evidence) == 2
    assert told.links == (thread,)
    assert genre.linked(thread) == "a discussion: linked, not evidence"
    assert stories.group([thread], language="en") == []


@pytest.mark.parametrize(
    "url",
    [
        "https://news.ycombinator.com/item?id=4",
        "https://www.reddit.com/r/chips/comments/1v/brindle",
        "https://lobste.rs/s/abc/brindle",
    ],
)
def test_a_thread_is_known_by_its_address_where_the_feeds_kind_was_forgotten(url: str) -> None:
    thread = replace(article("t", DEAL[0].title), url=url)
    assert genre.of(thread) is Genre.DISCUSSION
    assert [s.links for s in grouped(thread)] == [(thread,)]


def test_a_threads_title_says_what_it_is() -> None:
    assert kind_of("Show HN: a terminal session manager for Larch") is Genre.DISCUSSION
    assert kind_of("Show HN posts double in a year") is Genre.REPORT


# --- template headlines ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "Kettle sues Alder over copied training data",
            "Pellucor sues Birch over leaked payroll records",
        ),
        (
            "Brindle reports Q2 revenue up 18% to $17.2B, above estimates",
            "Halcyra reports Q2 revenue up 92% to $7.8B, above estimates",
        ),
        (
            "Larch 3.1 is now available in Shale Code",
            "Fennika 2 is now available in Shale Code",
        ),
        ("braidserve v0.14.2 released", "braidserve v0.15.0 released"),
    ],
)
def test_one_template_with_other_names_or_numbers_is_two_stories(first: str, second: str) -> None:
    pieces = [article("one", first), article("two", second, site="circuit-post.test", hours=3)]
    assert len(stories.group(pieces, language="en")) == 2


def test_a_run_tells_why_a_piece_is_no_source(three_days: Days) -> None:
    reasons = {e.reason for r in three_days.reports for e in r.entries if "/opinion-" in e.url}
    assert "opinion: linked, not evidence" in reasons


def test_evidence_without_link_posts_is_left_as_it_is() -> None:
    held = [Evidence(DEAL[0], (DEAL[1],))]
    assert genre.witnesses(held) == held
