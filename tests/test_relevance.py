"""AI-industry news is told from other news by its words, and the user has levers."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import vocabulary, wordweights
from digest.core.relevance import DOUBT, SURE, THRESHOLD, bar, doubtful, muted, parts, score

NEWS = [
    "Regulator wants AI incidents reported within three days",
    "Nvidia's next chip is late",
    "Startup raises $90M to build large language models for lawyers",
    "Court rules on training data taken from newspapers",
    "OpenAIs new model passes the bar exam",
    "A 30B-parameter model runs on a laptop",
    "Sprachmodell hilft Behörden beim Sortieren",
    "L'intelligence artificielle entre à l'hôpital",
    "KI-Gesetz tritt in Kraft",
    "OpenAI发布新的大模型",
    "VentureName.AI opens an office in Oslo",
    "役所で生成AIの利用が広がる",
    "新しいAIが囲碁で勝つ",
    "ИИ помогает врачам",
    "La IA llega a los juzgados",
    "Humanoid robot maker Larchbot plans a factory",
]
OTHER = [
    "Goalkeeper saves two penalties in cup final",
    "Five gardening tools for spring",
    "Bond yields slip before the central bank meets",
    "62 comments",
    "J'ai mangé au bord de la mer, ai ragazzi piace",
    "Estate agents are getting heated gloves this winter",
    "Best robot vacuum deals: save $130 on this mop",
    "A lifetime of every chatbot you know for just $49 in this bundle",
    "Coinbase and Gemini list a new cryptocurrency",
    "Apple's new phone has a better camera",
    "Tesla recalls forty thousand cars",
    "Data center construction slows in Oslo",
    "Estate agent opens its tenth office",
    "Border agents get new cameras",
    "CLAIRE ET MAIRIE",
    "I used Gemini to plan my garden",
    "",
]


@pytest.mark.parametrize("title", NEWS)
def test_industry_news_is_relevant(title: str) -> None:
    assert score(title, "") >= THRESHOLD


@pytest.mark.parametrize("title", OTHER)
def test_other_news_is_not(title: str) -> None:
    assert score(title, "") < THRESHOLD


def test_advice_and_columns_in_the_first_person_say_less_than_reports() -> None:
    report = score("Acme adds Copilot to its spreadsheets", "")
    assert report >= THRESHOLD
    for title in (
        "How to add Copilot to your spreadsheets",
        "I added Copilot to my spreadsheets",
        "7 clever ways to use Copilot",
        "Show HN: Copilot for spreadsheets",
    ):
        assert score(title, "") < min(THRESHOLD, report)


def test_nothing_speaks_for_what_has_none_of_the_words() -> None:
    assert score("Goalkeeper saves two penalties", "The cup final went to extra time.") < DOUBT
    assert score("Microsoft hires a new finance chief", "") >= DOUBT


def test_a_feed_that_tells_little_gets_the_benefit_of_the_doubt() -> None:
    assert bar("") == bar("One line about a model.") == DOUBT < THRESHOLD
    assert bar("word " * 200) == THRESHOLD


def test_the_lead_counts_less_than_the_title() -> None:
    words = "Language model cuts waiting times"
    assert score(words, "") > score("Hospital cuts waiting times", words)


def test_a_lead_full_of_the_subject_settles_it_and_one_mention_does_not() -> None:
    title = "Two companies end their partnership"
    lead = "The chatbot maker had trained its language models on the other's data centres."
    assert score(title, lead) >= THRESHOLD
    passing = (
        "The bakery, which has also tried AI, will close its shops. " + "Bread sold well. " * 9
    )
    assert score("Bakery closes forty shops", passing) < THRESHOLD
    assert score("Acme closes forty shops", "Its chatbots take the orders now.") >= THRESHOLD


def test_feeds_that_carry_little_else_are_leniently_judged() -> None:
    title = "Introducing Larch 3"
    assert score(title, "") < THRESHOLD
    for category in ("labs", "research", "open_source", "Open Source", "ai news"):
        assert score(title, "", category=category) >= THRESHOLD
    for category in ("general", "business", "press", "airlines"):
        assert score(title, "", category=category) < THRESHOLD


def test_the_users_topics_raise_the_score() -> None:
    title, lead = "Quantum startup opens in Graz", "It builds quantum computers."
    plain = score(title, lead)
    assert plain < THRESHOLD
    assert score(title, lead, topics=("quantum startup",)) >= THRESHOLD
    assert plain < score("Startup opens", lead, topics=("quantum",)) < 1
    assert score(title, lead, topics=("quant",)) == plain


def test_what_spoke_is_told_in_plain_words_and_sums_to_the_score() -> None:
    told = parts(
        "How to use Claude and Copilot at home for just $37",
        "A language model for the crypto crowd.",
        category="labs",
        topics=("home",),
    )
    assert told[0] == ("a shopper's price in the title", wordweights.PRICE)
    assert [abs(share) for _, share in told] == sorted((abs(x) for _, x in told), reverse=True)
    assert {
        "a story with none of our words",
        "the feed's category “labs”",
        "a title of advice or of one's own experience",
        "“claude”",
        "your topic “home”",
        "“language model” in the text",
    } <= {words for words, _ in told}
    assert parts("", "") == [("a story with none of our words", wordweights.START)]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([*NEWS, *OTHER, "GPU", "Claude", "model"]), max_size=9))
def test_the_parts_sum_to_the_score_whatever_the_words(lines: list[str]) -> None:
    title, lead = " ".join(lines[:3]), " ".join(lines[3:])
    total = sum(share for _, share in parts(title, lead, category="chips"))
    found = score(title, lead, category="chips")
    assert found == pytest.approx(1 / (1 + math.exp(-total)))


def test_the_doubtful_middle_lies_between_certainties() -> None:
    assert not doubtful(score("Goalkeeper saves two penalties", ""))
    assert doubtful(score("Nvidia opens an office", ""))
    assert not doubtful(score("Startup raises $90M to build large language models", ""))
    assert doubtful(DOUBT)
    assert doubtful(THRESHOLD)
    assert not doubtful(SURE)


def test_every_group_has_a_weight_and_every_word_its_own_is_listed() -> None:
    assert set(wordweights.GROUPS) == set(vocabulary.GROUPS)
    listed = {
        p.strip() for b in vocabulary.GROUPS.values() for p in b.replace("\n", ";").split(";")
    }
    assert set(wordweights.WORDS) <= listed


def test_a_price_among_companies_is_no_offer() -> None:
    assert score("Chatbot maker sold for just $2.5 billion", "") >= THRESHOLD
    assert score("AI writing helper for just $37", "") < THRESHOLD


@pytest.mark.parametrize(
    ("mute", "found"),
    [
        (("acme",), "acme"),
        (("other", "Acme Labs"), "Acme Labs"),
        (("acm",), ""),
        (("the daily",), "the daily"),
        (("c++",), "c++"),
        (("far away",), ""),
        (("",), ""),
        ((" ", "acme"), "acme"),
        ((), ""),
    ],
)
def test_muting_matches_whole_words(mute: tuple[str, ...], found: str) -> None:
    text = "Written in C++ by its lab. " + "x " * 150 + "far away"
    assert muted("ACME  labs opens", text, "The Daily Post", mute) == found


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=200), st.text(max_size=300), st.lists(st.text(max_size=9), max_size=3))
def test_scores_are_probabilities_whatever_the_text(
    title: str, text: str, words: list[str]
) -> None:
    assert 0 < score(title, text, category=title, topics=words) < 1
    assert muted(title, text, "p", words) in [*words, ""]


def test_scoring_is_quick_and_linear() -> None:
    score("warm", "up")
    begun = time.perf_counter()
    score("AI " * 50_000, "model " * 200_000)
    assert time.perf_counter() - begun < 2


def f1(marks: list[tuple[bool, bool]]) -> float:
    hits = sum(found and true for found, true in marks)
    return 2 * hits / (sum(found for found, _ in marks) + sum(true for _, true in marks))


def test_real_headlines_are_told_apart(shared_dir: Path) -> None:
    items = json.loads((shared_dir / "data/relevance/headlines_dev.json").read_text("utf-8"))
    assert f1([(score(i["title"], "") >= THRESHOLD, i["ai"]) for i in items]) >= 0.95


def test_real_story_titles_are_told_apart(shared_dir: Path) -> None:
    file = shared_dir / "data/stories/ai_stories_dev.json"
    items = json.loads(file.read_text("utf-8"))["items"]
    marks = [(score(i["title"], "") >= THRESHOLD, i["ai_relevant"]) for i in items]
    assert f1(marks) >= 0.97
    assert sum(found and not true for found, true in marks) <= 2
