"""Articles whose text is gone."""

from __future__ import annotations

from digest.core import forgotten
from digest.models import Evidence, Judged, Quality, Story, StoryStatus
from tests.builders import article

SENTENCE = (
    "Pellmark said on Monday that 37 of its boards had cracked near Lindow, a town by the sea."
)
GONE = article("a", "Pellmark halts 14,200 boards")
AGAIN = article("b", "Pellmark halts 14,200 boards", SENTENCE, site="circuit.test")


def test_what_was_printed_stands_in_for_a_text_and_makes_no_copy() -> None:
    lent = forgotten.stand_in(GONE, [SENTENCE])
    assert lent.quality is Quality.FEED_ONLY
    assert sorted(lent.text.split()) == sorted(set(SENTENCE.split()))
    (story,) = forgotten.group([GONE, AGAIN], {"a"}, {"a": [SENTENCE]}, language="en")
    assert {e.article.id: (e.article.text, e.copies) for e in story.evidence} == {
        "a": ("", ()),
        "b": (SENTENCE, ()),
    }


def test_what_was_printed_brings_a_report_to_its_story() -> None:
    told = article("a", "A bad day for a chip designer")
    report = article("b", "Cracked boards near Lindow: Pellmark counts 37", SENTENCE, site="c.test")
    apart = forgotten.group([told, report], {"a"}, {}, language="en")
    together = forgotten.group([told, report], {"a"}, {"a": [SENTENCE]}, language="en")
    assert (len(apart), len(together)) == (2, 1)


def test_only_a_story_without_any_text_keeps_what_is_gone() -> None:
    both = Judged(Story("s", (Evidence(GONE), Evidence(AGAIN))), StoryStatus.NEW)
    alone = Judged(Story("s", (Evidence(GONE),)), StoryStatus.NEW)
    assert [e.article.id for e in forgotten.without(both, {"a"}).story.evidence] == ["b"]
    assert forgotten.without(alone, {"a"}) == alone
