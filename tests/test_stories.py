"""What belongs together."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from digest.core import linkage, stories
from digest.models import Article, FeedKind, Quality, Story
from tests.builders import article

DEAL = [
    article(
        "deal-1",
        "Brindle to buy chip designer Ostrava Logic for $2.1 billion",
        "Brindle agreed on Monday to buy the chip designer Ostrava Logic for $2.1 billion.",
    ),
    article(
        "deal-2",
        "Ostrava Logic sold to Brindle in $2.1 billion chip deal",
        "The chip designer Ostrava Logic will become part of Brindle for $2.1 billion.",
        site="circuit-post.test",
        hours=4,
    ),
    article(
        "deal-3",
        "Brindle pays $2.1 billion for Ostrava Logic",
        "Brindle said it will pay $2.1 billion in cash for Ostrava Logic, a chip designer.",
        site="ledger.test",
        hours=6,
    ),
]
LAWSUIT = [
    article(
        "suit-1",
        "Judge lets authors' lawsuit against Brindle's language model go ahead",
        "A judge ruled that a lawsuit by 400 authors over training texts may proceed.",
        site="docket.test",
        hours=3,
    ),
    article(
        "suit-2",
        "Authors may sue Brindle over training texts, judge rules",
        "The lawsuit of 400 authors over training texts can proceed, a judge ruled.",
        site="circuit-post.test",
        hours=5,
    ),
]


def ids(found: list[Story]) -> set[frozenset[str]]:
    return {frozenset(a.id for a in stories.reports(s)) for s in found}


def test_two_events_of_one_company_stay_two_stories() -> None:
    found = stories.group(DEAL + LAWSUIT, language="en")
    assert ids(found) == {
        frozenset({"deal-1", "deal-2", "deal-3"}),
        frozenset({"suit-1", "suit-2"}),
    }


def test_the_order_of_arrival_changes_nothing() -> None:
    articles = DEAL + LAWSUIT
    expected = stories.group(articles, language="en")
    shuffler = random.Random(7)  # noqa: S311 - a shuffle, not a secret
    for _ in range(5):
        shuffler.shuffle(articles)
        assert stories.group(articles, language="en") == expected


TARNHOLT = [
    article(
        "funding",
        "Tarnholt raises $300 million in round led by Ardmore Capital for Sorrel model",
        "Tarnholt, which makes the Sorrel language model, raised $300 million on Monday in a round"
        " led by Ardmore Capital. The money values the company at $4 billion, its finance chief"
        " Ilse Brandt said. It will pay for accelerators and for an office in Tallinn.",
        site="alpha.test",
    ),
    article(
        "lawsuit",
        "Newspaper group Kestrel sues Tarnholt over archive used to train Sorrel model",
        "Kestrel sued Tarnholt in a court in Boise on Monday. It said that the company copied"
        " 90,000 articles to train its Sorrel model, and asks for damages of $120 million. Tarnholt"
        " said that it licenses what it reads and would defend itself.",
        site="beta.test",
        hours=3,
    ),
]


def unrelated(count: int) -> list[Article]:
    """Return articles that share no name with any other."""
    events = itertools.product(
        ("opens a lab", "cuts prices", "hires a lawyer", "delays a chip", "maps the weather"),
        ("in Madrid", "in Lyon", "in Seoul", "in Quito", "in Turin", "in Bergen", "in Osaka"),
        ("after a fire", "before the summer"),
    )
    return [
        article(
            f"u{n:02}",
            f"Firm{n}x {verb} {place} {when}",
            f"Word{n}a and thing{n}b went with matter{n}c of Firm{n}x to the town.",
            site=f"noise-{n}.test",
            hours=n / 2,
        )
        for n, (verb, place, when) in enumerate(itertools.islice(events, count))
    ]


@pytest.mark.parametrize("count", [0, 5, 20, 40])
def test_events_of_one_company_stay_apart_on_a_quiet_day_and_on_a_busy_one(count: int) -> None:
    found = ids(stories.group(TARNHOLT + unrelated(count), language="en"))
    assert {frozenset({"funding"}), frozenset({"lawsuit"})} <= found


def test_articles_elsewhere_change_no_group() -> None:
    others = unrelated(40)
    mine = DEAL + LAWSUIT + TARNHOLT
    expected = ids(stories.group(mine, language="en"))
    keys = {a.id for a in mine}
    for n in range(0, len(others) + 1, 4):
        found = ids(stories.group(mine + others[:n], language="en"))
        assert {group for group in found if group & keys} == expected


def test_a_wire_text_printed_twice_is_one_source_with_two_publishers() -> None:
    text = " ".join(f"Sentence number {n} of the wire report says a thing." for n in range(40))
    first = article("wire-1", "Study of 212 schools finds tutors help", text)
    second = article(
        "wire-2",
        "Study finds tutors help",
        "By our staff. " + text + " Read more at the Kettle.",
        site="kettle.test",
        hours=1,
    )
    (told,) = stories.group([first, second], language="en")
    assert len(told.evidence) == 1
    assert told.evidence[0].article.id == "wire-1"
    assert [c.publisher for c in told.evidence[0].copies] == ["Kettle"]
    assert told.reasons == (f"Kettle carries {first.publisher}’s text",)
    mirror = replace(first, id="wire-3", publisher="Wire mirror")
    others = [
        replace(second, id=s, url=f"http://{s}.test/w", domain=f"{s}.test", publisher=s.title())
        for s in ("pan", "urn")
    ]
    (told,) = stories.group([first, second, mirror, *others], language="en")
    assert told.reasons == (f"Kettle, Pan and Urn carry {first.publisher}’s text",)


def test_opinion_is_commentary_and_a_thread_is_a_link_never_evidence() -> None:
    opinion = article(
        "op",
        "Opinion: Brindle should not own Ostrava Logic",
        "Brindle buying the chip designer Ostrava Logic for $2.1 billion is a mistake.",
        site="watch.test",
        opinion=True,
    )
    thread = article(
        "thread",
        "Brindle to buy Ostrava Logic for $2.1 billion",
        site="forum.test",
        kind=FeedKind.DISCUSSION,
    )
    lonely = article("alone", "Opinion: gardens need no gnomes", site="kettle.test", opinion=True)
    (told,) = stories.group([*DEAL, opinion, thread, lonely], language="en")
    assert {e.article.id for e in told.evidence} == {"deal-1", "deal-2", "deal-3"}
    assert [a.id for a in told.commentary] == ["op"]
    assert [a.id for a in told.links] == ["thread"]


def test_the_best_source_comes_first() -> None:
    def told(order: list[Article]) -> list[str]:
        (found,) = stories.group(order, language="en")
        return [e.article.id for e in found.evidence]

    german = article(
        "de",
        "Brindle kauft Ostrava Logic für 2.1 billion: chip designer",
        "Brindle kauft Ostrava Logic, chip designer, $2.1 billion.",
        site="nord.test",
        language="de",
        hours=20,
    )
    teaser = article(
        "teaser",
        "Brindle to buy Ostrava Logic for $2.1 billion",
        "Brindle agreed to buy the chip designer Ostrava Logic.",
        site="paywall.test",
        quality=Quality.TEASER,
        hours=20,
        trust=3.0,
    )
    assert told([german, teaser, *DEAL]) == ["deal-3", "deal-2", "deal-1", "teaser", "de"]


def test_one_article_is_one_story_and_none_is_none() -> None:
    assert stories.group([], language="en") == []
    (told,) = stories.group(DEAL[:1], language="en")
    assert told.reasons == ()


def test_two_groups_that_may_be_one_event_are_put_to_a_judge_the_most_doubtful_first() -> None:
    lone = [
        article("one", "Brindle opens a chip plant in Tallinn this summer"),
        article("two", "Ground broken on Tallinn chip plant", site="b.test", hours=30),
    ]
    doubts = stories.doubtful([*DEAL, *lone, *LAWSUIT])
    assert all(stories.DOUBT <= doubt.value < stories.SURE for doubt in doubts)
    near = [abs(doubt.value - linkage.CUT) for doubt in doubts]
    assert near == sorted(near)
    sure = {frozenset(ids) for doubt in doubts for ids in (doubt.first, doubt.second)}
    assert all(ids <= {a.id for a in DEAL} for ids in sure if ids & {"deal-1", "deal-2"})
    assert stories.doubtful([]) == []


def test_a_reason_names_what_the_reports_share() -> None:
    (told,) = stories.group(DEAL, language="en")
    (reason,) = told.reasons
    assert reason.startswith("3 reports from ")
    assert "Ostrava" in reason
    assert "Logic" in reason
