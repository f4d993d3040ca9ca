"""How likely two articles tell one event, whatever else is in the news."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from digest.core import pairweights, standing, termtable
from digest.core.linkage import TIE
from digest.core.rarity import idf
from digest.core.similarity import CLIP, LEAD, SIGNS, log_odds, parts
from digest.core.text import content_words
from digest.core.traits import LEAD_WORDS, Meaning, lead, masked, traits
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


def odds(a: Article, b: Article, *others: Article, meaning: Meaning | None = None) -> float:
    articles = [*others[::2], a, b, *others[1::2]]
    first, second = (np.array([articles.index(one)]) for one in (a, b))
    return float(log_odds(traits(articles, meaning), first, second)[0])


def told(key: str, title: str, hours: float = 4.0, language: str = "en") -> Article:
    return article(key, title, site=f"{key}.test", hours=hours, language=language)


def test_other_articles_change_nothing_to_the_last_digit() -> None:
    others = [
        article(f"o{n}", f"Tarnholt {verb} {thing}", f"A capital {thing}, {verb} in round {n}.")
        for n, (verb, thing) in enumerate(
            itertools.product(
                ("sues", "raises", "opens", "trains"), ("banks", "models", "archives")
            )
        )
    ]
    alone = odds(FUNDING, LAWSUIT)
    assert -CLIP < alone < TIE
    for n in range(1, len(others) + 1):
        assert odds(FUNDING, LAWSUIT, *others[:n]) == alone
    assert odds(LAWSUIT, FUNDING) == alone


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tarnholt releases Sorrel 2.1", "Tarnholt releases Sorrel 2.2"),
        (
            "Brindle reports second-quarter revenue of $4.1 billion, up 12%",
            "Fennmark reports second-quarter revenue of $870 million, down 3%",
        ),
        (
            "Oakvale, which builds agents for banks, raises $30 million Series A",
            "Pellworm, which builds agents for law firms, raises $45 million Series B",
        ),
        (
            "Brindle to open data center in Lisbon with 400 MW",
            "Fennmark to open data center in Turin with 900 MW",
        ),
        ("braidserve v0.14.2 released", "braidserve v0.15.0 released"),
        (
            "Brindle reports Q2 revenue up 18% to $17.2B, above estimates",
            "Halcyra reports Q2 revenue up 92% to $7.8B, above estimates",
        ),
        ("Show HN: Oakvale, a notebook for agents", "Show HN: Pellworm, a terminal for agents"),
    ],
)
def test_one_headline_with_other_names_numbers_or_versions_is_another_event(
    one: str, other: str
) -> None:
    assert odds(told("a", one), told("b", other, hours=52)) < TIE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Brindle to buy chip designer Ostrava Logic for $2.1 billion",
            "Ostrava Logic sold to Brindle in $2.1 billion chip deal",
        ),
        (
            "Brindle to buy chip designer Ostrava Logic for $2.1 billion",
            "Brindle to buy chip designer Ostrava Logic for $2.1 billion (Ilse Brandt/Kettle)",
        ),
    ],
)
def test_one_event_in_other_words_is_one(one: str, other: str) -> None:
    assert odds(told("a", one), told("b", other, hours=9)) > 0


def test_numbers_and_names_that_are_not_shared_speak_against() -> None:
    first = told("a", "Tarnholt cuts 300 jobs")
    assert odds(first, told("b", "Tarnholt cuts 300 posts")) > odds(
        first, told("b", "Tarnholt cuts 500 posts")
    )
    known = told("c", "OpenAI cuts jobs")
    assert odds(known, told("d", "OpenAI cuts posts")) > odds(known, told("d", "Google cuts posts"))


@pytest.mark.parametrize("change", ["publisher", "day"])
def test_one_publisher_and_days_between_speak_against(change: str) -> None:
    first = article("a", "Tarnholt opens office in Oslo")
    site, hours = ("harbour-wire.test", 2.0) if change == "publisher" else ("ledger.test", 74.0)
    near = article("near", "Ardmore plans its office in Turin", site="ledger.test")
    far = article("far", near.title, site=site, hours=hours)
    assert -CLIP < odds(first, far) < odds(first, near)


def test_beyond_the_window_nothing_is_one_event() -> None:
    first = told("a", FUNDING.title, hours=1)
    assert odds(first, told("b", FUNDING.title, hours=96)) > 0
    assert odds(first, told("b", FUNDING.title, hours=98)) == -CLIP


def test_a_day_without_a_time_reaches_over_all_of_it() -> None:
    first = told("a", "Tarnholt opens office in Oslo", hours=-12)  # 18:30
    other = told("b", "Ardmore plans its office in Turin", hours=-12)
    midnight = first.published_at.replace(hour=0, minute=0)
    day = replace(other, published_at=midnight)
    minute = replace(other, published_at=midnight + timedelta(minutes=1))
    assert odds(first, day) == odds(first, other) > -CLIP
    assert odds(first, minute) < odds(first, day)


def test_a_name_said_over_and_over_counts_once() -> None:
    once = article("once", "Tarnholt opens office", "Tarnholt is in Oslo.", site="b.test")
    often = article("often", once.title, "Tarnholt Tarnholt is in Oslo, Oslo.", site="b.test")
    shares = [
        dict(parts(traits([FUNDING, other]), 0, 1))["shared words"] for other in (once, often)
    ]
    assert shares[0] == shares[1]


def test_what_two_leads_share_by_chance_is_made_up_for() -> None:
    """Two moves of one company, told at length: both name it, its product and its office."""
    assert odds(FUNDING, LAWSUIT) < TIE
    assert ("longer texts share more words", LEAD) in parts(traits([FUNDING, LAWSUIT]), 0, 1)


def test_what_speaks_for_and_against_is_said_in_words_and_makes_the_sum() -> None:
    articles = [told("a", "Tarnholt cuts 300 jobs in Oslo"), told("b", "Tarnholt to cut 300 jobs")]
    shares = parts(traits(articles), 0, 1)
    assert shares[0][0] == "shared words"
    total = sum(share for _, share in shares) + pairweights.WORDS["bias"]
    assert odds(*articles) == pytest.approx(max(-CLIP, min(CLIP, total)))
    assert [abs(share) for _, share in shares] == sorted((abs(s) for _, s in shares), reverse=True)


ENGLISH = told("en", "Ardmore to buy Tarnholt for $2.3 billion")


@pytest.mark.parametrize(
    ("title", "same"),
    [
        ("Ardmore kauft Tarnholt für 2,3 Milliarden Dollar", True),
        ("Ardmore kauft Tarnholt für 2,4 Milliarden Dollar", False),
        ("Ardmore eröffnet ein Büro in Oslo", False),
        ("Fennmark kauft Ostrava für 2,3 Milliarden Dollar", False),
        ("Tarnholt verklagt den Verlag Kestrel", False),
    ],
)
def test_two_languages_share_names_and_numbers(title: str, same: bool) -> None:
    german = told("de", title, hours=7, language="de")
    assert (odds(ENGLISH, german) >= TIE) is same
    assert odds(german, ENGLISH) == odds(ENGLISH, german)
    shares = parts(traits([ENGLISH, german]), 0, 1)
    assert ("shared names, in two languages" in dict(shares)) is bool(
        {"ardmor", "tarnholt"} & set(content_words(title))
    )


def test_a_language_that_is_not_known_is_no_other_language() -> None:
    title = "Ardmore kauft Tarnholt für 2,3 Milliarden Dollar"
    unknown, english = (told("x", title, language=language) for language in ("", "en-GB"))
    assert odds(ENGLISH, unknown) == odds(ENGLISH, english)


def test_meaning_speaks_where_both_titles_have_it() -> None:
    articles = [told("a", "Tarnholt halts sales"), told("b", "Tarnholt stops selling")]
    near, far = ([1.0, 0.0], [0.8, 0.6]), ([1.0, 0.0], [0.0, 1.0])

    def meant(rows: tuple[list[float], list[float]]) -> Meaning:
        return Meaning(
            {a.id: np.array(row, dtype="<f4") for a, row in zip(articles, rows, strict=True)}
        )

    assert odds(*articles, meaning=meant(near)) > odds(*articles, meaning=meant(far))
    half = Meaning({"a": np.array([1.0, 0.0], dtype="<f4")})
    assert odds(*articles, meaning=half) == odds(*articles)


def test_names_that_stand_are_masked_and_what_happened_is_kept() -> None:
    assert masked("OpenAI buys a slide startup (Ilse Brandt/Kettle)") == "buys a slide startup"
    assert masked("Show HN: Nvidia’s new AI chip [video]") == "new AI chip"
    assert masked("Google Gemini") == "Google Gemini"


def test_a_text_without_spaces_counts_no_further_than_a_lead_does() -> None:
    long = article("long", "短い題名", "東京の会社。" * 2_000)
    assert len(lead(long)) == 1_000
    assert lead(article("plain", "x", "word " * 100)).split() == ["word"] * LEAD_WORDS


def test_a_title_of_many_spaces_takes_no_time() -> None:
    assert masked(f"Tarnholt{' ' * 100_000}(Ada Vex/Docket) [video]") == "Tarnholt (Ada Vex/Docket)"


def test_articles_without_a_word_are_like_nothing() -> None:
    assert odds(told("a", ""), told("b", "The of")) == -CLIP
    assert len(log_odds(traits([]), np.array([], dtype=int), np.array([], dtype=int))) == 0


def test_the_weights_name_the_signs_in_their_order() -> None:
    assert tuple(pairweights.WORDS) == ("bias", *SIGNS[:-1])
    assert tuple(pairweights.MEANING) == ("bias", *SIGNS)


def test_no_everyday_word_is_a_name_that_stands() -> None:
    everyday = "cook son house watch street scale bolt sierra prime figure vision ban global post"
    assert not standing.stems() & set(content_words(everyday))
    assert set(content_words("OpenAI Google Nvidia")) <= standing.stems()


def test_a_rare_word_weighs_more_than_a_common_one_and_none_more_than_an_unknown_one() -> None:
    weights = [idf(stem) for stem in content_words("model chip lawsuit brontosaurus")]
    assert weights == sorted(weights)
    assert len(set(weights)) > 2
    assert idf("zzyzx") == idf("$2.1") == weights[-1]
    assert idf("ai") > 0


def test_the_table_holds_each_stem_once_as_the_tokenizer_makes_it() -> None:
    tokens = termtable.TABLE.split()
    stems = [token for token in tokens if not token.isdecimal()]
    counts = [int(token) for token in tokens if token.isdecimal()]
    assert len(stems) == len(set(stems)) > 1500
    assert counts == sorted(set(counts), reverse=True)
    assert termtable.FLOOR < counts[-1] < counts[0] < termtable.PER
    assert {"model", "chip", "lawsuit"} <= set(stems)
