"""How alike two articles are, whatever else is in the news."""

from __future__ import annotations

import itertools

import pytest

from digest.core import termtable
from digest.core.similarity import alike, idf, vectors
from digest.core.text import content_words
from digest.models import Article
from tests.builders import article

FUNDING = article(
    "funding",
    "Tarnholt raises $300 million in round led by Ardmore Capital",
    "Tarnholt, which makes the Sorrel language model, raised $300 million on Monday in a round led"
    " by Ardmore Capital. The money values the company at $4 billion, its finance chief said.",
)
LAWSUIT = article(
    "lawsuit",
    "Newspaper group Kestrel sues Tarnholt over its archive",
    "Kestrel sued Tarnholt in a court in Boise on Monday. It said that the company copied 90,000"
    " articles to train its Sorrel model, and asks for damages of $120 million.",
    site="docket.test",
    hours=3,
)


def similarity(a: Article, b: Article, *others: Article) -> float:
    articles = [*others[::2], a, b, *others[1::2]]
    first, second = articles.index(a), articles.index(b)
    return float(alike(vectors(articles), articles)[first, second])


def test_other_articles_change_no_similarity_to_the_last_digit() -> None:
    others = [
        article(f"o{n}", f"Tarnholt {verb} {thing}", f"A capital {thing}, {verb} in round {n}.")
        for n, (verb, thing) in enumerate(
            itertools.product(
                ("sues", "raises", "opens", "trains"), ("banks", "models", "archives")
            )
        )
    ]
    alone = similarity(FUNDING, LAWSUIT)
    assert 0 < alone < 1
    for n in range(1, len(others) + 1):
        assert similarity(FUNDING, LAWSUIT, *others[:n]) == alone


def test_a_rare_word_weighs_more_than_a_common_one_and_none_more_than_an_unknown_one() -> None:
    weights = [idf(stem) for stem in content_words("model chip lawsuit brontosaurus")]
    assert weights == sorted(weights)
    assert len(set(weights)) > 2
    assert idf("zzyzx") == idf("$2.1") == weights[-1]
    assert idf("ai") > 0


def test_a_name_said_over_and_over_counts_once() -> None:
    once = article("once", "Tarnholt opens office", "The office is in Oslo.")
    often = article("often", "Tarnholt opens office", "Tarnholt: Tarnholt, Tarnholt. In Oslo.")
    assert similarity(FUNDING, often) == similarity(FUNDING, once)


def test_the_day_of_the_week_and_a_unit_without_its_number_are_no_likeness() -> None:
    monday = article("m", "Tarnholt opens office", "On Monday, for 12 million euros.")
    friday = article("f", "Tarnholt opens office", "On Friday, for 12 billion euros.")
    assert similarity(FUNDING, monday) == similarity(FUNDING, friday)


@pytest.mark.parametrize("change", ["publisher", "day"])
def test_one_publisher_and_days_between_make_less_alike(change: str) -> None:
    site, hours = ("harbour-wire.test", 2.0) if change == "publisher" else ("ledger.test", 74.0)
    near = article("near", FUNDING.title, FUNDING.text, site="ledger.test")
    far = article("far", FUNDING.title, FUNDING.text, site=site, hours=hours)
    assert similarity(FUNDING, far) < similarity(FUNDING, near)


def test_another_language_needs_fewer_shared_words_and_shares_its_numbers() -> None:
    def told(key: str, amount: str, language: str) -> Article:
        return article(
            key,
            f"Ardmore kauft Tarnholt für {amount} Milliarden Dollar",
            site="nord.test",
            language=language,
        )

    english = article("en", "Ardmore to buy Tarnholt for $2.3 billion")
    german = similarity(english, told("de", "2,3", "de"))
    assert german > similarity(english, told("x", "2,3", "en")) > 0
    assert german > similarity(english, told("y", "2,4", "de"))
    assert similarity(english, told("z", "2,3", "")) == similarity(english, told("x", "2,3", "en"))


def test_articles_without_a_word_are_like_nothing() -> None:
    empty = [article("a", ""), article("b", "The of", site="ledger.test")]
    assert alike(vectors(empty), empty).tolist() == [[0, 0], [0, 0]]
    assert vectors([]).shape == (0, 1)


def test_the_table_holds_each_stem_once_as_the_tokenizer_makes_it() -> None:
    tokens = termtable.TABLE.split()
    stems = [token for token in tokens if not token.isdecimal()]
    counts = [int(token) for token in tokens if token.isdecimal()]
    assert len(stems) == len(set(stems)) > 1500
    assert counts == sorted(set(counts), reverse=True)
    assert termtable.FLOOR < counts[-1] < counts[0] < termtable.PER
    assert {"model", "chip", "lawsuit"} <= set(stems)
