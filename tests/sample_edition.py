"""A realistic edition for the tests and pictures of what is rendered. Its companies are invented,
but for the lead story, which is the user's own example (seeds/)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from digest.models import (
    Checks,
    Edition,
    EditionBrief,
    EditionStory,
    Link,
    Quality,
    Section,
    Sentence,
    Source,
    StoryStatus,
    Window,
    WrittenBy,
)

DAY = date(2026, 3, 14)
OWN_WORDS = WrittenBy("extractive", None, Checks(4, 4))
SEED = Path(__file__).parent.parent / "seeds" / "000_d63cceb45795afc1.txt"


def source(
    n: int,
    publisher: str,
    title: str,
    at: str = "03-14T05:10",
    *,
    quality: Quality = Quality.FULL,
    language: str = "en",
    author: str | None = None,
    copies: tuple[str, ...] = (),
) -> Source:
    host = "".join(c for c in publisher.lower() if c.isalnum())
    path = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
    return Source(
        n=n,
        article_id=f"{n:016x}",
        url=f"https://www.{host}.test/2026/{path}?edition=world&page=1",
        title=title,
        publisher=publisher,
        author=author,
        published_at=datetime.fromisoformat(f"2026-{at}:00+00:00"),
        language=language,
        quality=quality,
        copies=copies,
    )


def said(text: str, *cites: int) -> Sentence:
    return Sentence(text, cites)


def story(
    rank: int,
    emoji: str,
    headline: str,
    lead: tuple[Sentence, ...],
    sections: tuple[Section, ...],
    sources: tuple[Source, ...],
    *,
    status: StoryStatus = StoryStatus.NEW,
    what_changed: tuple[Sentence, ...] = (),
    disagreements: tuple[Sentence, ...] = (),
    commentary: tuple[Link, ...] = (),
    written_by: WrittenBy = OWN_WORDS,
) -> EditionStory:
    return EditionStory(
        id=f"story{rank:011x}",
        status=status,
        rank=rank,
        score=round(9.75 - rank * 1.125, 3),
        reasons=(f"{len(sources)} independent reports", "within the last day"),
        emoji=emoji,
        headline=headline,
        lead=lead,
        sections=sections,
        what_changed=what_changed,
        disagreements=disagreements,
        commentary=commentary,
        sources=sources,
        written_by=written_by,
    )


def seed_story() -> EditionStory:
    """Return the user's example as a story: its sentences, with cites as an edition has them."""
    lines = SEED.read_text(encoding="utf-8").splitlines()
    cites = iter(
        ((1,), (1, 2), (1,), (2, 3), (3,), (2,), (1, 3), (3,), (2,), (1,), (2,), (1,), (3,))
    )

    def sentences(paragraph: str) -> tuple[Sentence, ...]:
        parts = paragraph.removesuffix(".").split(". ")
        return tuple(Sentence(f"{part}.", next(cites)) for part in parts)

    emoji, headline = lines[0].split(" ", 1)
    lead = sentences(lines[1])
    sections = []
    for title, paragraph in zip(lines[2::2], lines[3::2], strict=True):
        mark, heading = title.split(" ", 1)
        sections.append(Section(mark, heading, sentences(paragraph)))
    return story(
        1,
        emoji,
        headline,
        lead,
        tuple(sections),
        (
            source(1, "The Harbour Ledger", "Microsoft weighs leaving its OpenAI talks",
                   copies=("Wire Daily", "Northern Post")),
            source(2, "Redmond Observer", "Inside the rift: “limited say” and a $13bn question",
                   "03-14T04:25", quality=Quality.TEASER, author="Mara Lindqvist"),
            source(3, "Modellbahnhof", "Microsoft baut an eigenen Modellen weiter",
                   "03-13T21:40", language="de"),
        ),
        disagreements=(
            said("The Harbour Ledger calls the talks “close to collapse”; Modellbahnhof, citing "
                 "another person, says that they are only paused.", 1, 3),
        ),
        commentary=(
            Link("https://essays.test/why-partners-part", "Why partners part", "Slow Essays"),
            Link("https://talk.test/item?id=4711", "412 comments on the rift", "Talk"),
        ),
    )  # fmt: skip


def edition() -> Edition:
    stories = (
        seed_story(),
        story(
            2, "🔋", "Quillon Labs Opens Weights of Its 70-Billion-Parameter Heron Model",
            (said("Quillon Labs released the weights of Heron, a model of 70 billion parameters, "
                  "under a licence that allows commercial use.", 1),
             said("It is the company's first open release since 2024.", 2)),
            (Section("📏", "What It Can Do",
                     (said("On the company's own tests Heron answers 81.4% of graduate-level "
                           "questions, against 79.9% for the model it replaces.", 1),
                      said("Two outside groups measured 77% and 78%.", 2, 3))),
             Section("🪪", "The Licence",
                     (said("Firms with more than 50 million monthly users must ask for terms.", 1),
                      said("Derived models have to keep “Heron” in their name.", 2)))),
            (source(1, "Quillon Labs", "Heron: open weights for everyone"),
             source(2, "The Harbour Ledger", "Quillon opens Heron, with strings", "03-14T03:02"),
             source(3, "Bench & Measure", "Heron: 77% or 81%? We ran it", "03-14T01:15",
                    quality=Quality.FEED_ONLY)),
            written_by=WrittenBy("llm", "plover-4-mini", Checks(9, 9)),
        ),
        story(
            3, "⚖️", "Court Lets Authors' Suit Against Brightwater AI Go On",
            (said("A federal judge refused to dismiss the suit in which 1,200 authors accuse "
                  "Brightwater AI of training on pirated books.", 1, 2),),
            (Section("📚", "The Ruling",
                     (said("Judge Elena Voss wrote that “copying at this scale is not a footnote "
                           "to fair use”.", 1),
                      said("She struck out the claim that outputs are themselves infringing.", 2))),
             Section("📅", "What Comes Next",
                     (said("The trial is set for 9 November.", 1),))),
            (source(1, "Docket Watch", "Voss: Brightwater must answer", "03-14T02:30"),
             source(2, "Redmond Observer", "Authors' case survives", "03-13T23:55",
                    copies=("Wire Daily",))),
            status=StoryStatus.UPDATE,
            what_changed=(said("On Thursday the case was only argued; now the judge has ruled.", 1),
                          said("The number of authors rose from 900 to 1,200.", 2)),
        ),
        story(
            4, "🏭", "Osterveld Raises €2.4 Billion for Chip Plant Near Leipzig",
            (said("Osterveld Semiconductor raised €2.4 billion to build a plant for inference "
                  "chips near Leipzig.", 1),
             said("The state of Saxony adds €600 million.", 2)),
            (Section("💶", "Who Pays",
                     (said("The round was led by Kestrel Capital with €900 million.", 1),
                      said("Kestrel gets two of nine seats on the board.", 2))),
             Section("🗓️", "When Chips Come",
                     (said("First wafers are planned for the second half of 2028.", 1, 2),)),
             Section("⚡", "The Power Question",
                     (said("The plant will draw 180 megawatts, a third of it from wind farms "
                           "that are not built yet.", 2),))),
            (source(1, "Chipfabrik Heute", "Osterveld sammelt 2,4 Milliarden Euro ein",
                    "03-14T04:55", language="de"),
             source(2, "The Harbour Ledger", "Osterveld's bet on Leipzig", "03-14T05:05")),
            written_by=WrittenBy("llm", "plover-4-mini", Checks(7, 7)),
        ),
        story(
            5, "🩺", "Regulator Clears Larkspur's Scan Reader for Use Without a Second Doctor",
            (said("The health regulator cleared Larkspur's software to read chest X-rays where "
                  "no second radiologist is on duty.", 1),),
            (Section("🔬", "The Evidence",
                     (said("In a trial with 41,000 patients it missed 1.1% of findings; two "
                           "doctors together missed 1.3%.", 1),
                      said("Hospitals must report every miss within 72 hours.", 2))),
             Section("🗣️", "Doctors Object",
                     (said("The radiologists' union calls the clearance “two years early”.", 2),))),
            (source(1, "Ward Round", "Larkspur cleared to read alone", "03-13T19:20"),
             source(2, "Northern Post", "Machine may read X-rays alone, union protests",
                    "03-13T20:45", quality=Quality.TEASER)),
        ),
        story(
            6, "🤖", "Tern Robotics Recalls 3,000 Warehouse Arms",
            (said("Tern Robotics recalls 3,000 warehouse arms whose planning model could ignore "
                  "the stop signal for up to 0.8 seconds.", 1),),
            (Section("🛠️", "The Fix",
                     (said("An update restores the hardware interlock; no one was hurt.", 1),)),),
            (source(1, "Loading Dock", "Tern recalls arms over stop signal", "03-14T00:40"),),
        ),
    )  # fmt: skip
    return Edition(
        id="daily-2026-03-14",
        name="daily",
        title="AI Industry Digest",
        date=DAY,
        timezone="Europe/Berlin",
        language="en",
        generated_at=datetime(2026, 3, 14, 5, 30, tzinfo=UTC),
        window=Window(
            datetime(2026, 3, 13, 5, 30, tzinfo=UTC), datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
        ),
        stories=stories,
        briefs=briefs(),
        counts={"feeds": 14, "entries": 387, "opened": 61, "published": 6, "briefs": 5},
    )


def briefs() -> tuple[EditionBrief, ...]:
    rows = (
        ("💼", "Plover hires Brightwater's head of safety, Ines Okafor.", "The Harbour Ledger"),
        ("🎙️", "Murmur's voice model now speaks 94 languages.", "Talk Desk"),
        ("🏛️", "Canada asks for comments on rules for model audits.", "Docket Watch"),
        ("📉", "Shares of Nimbus Grid fall 11% after it halves its building plans.", "Wire Daily"),
        ("🧪", "A study in 212 schools finds no gain in reading from AI tutors.", "Northern Post"),
    )  # fmt: skip
    return tuple(
        EditionBrief(f"brief{n:011x}", emoji, text, (1,), (source(1, publisher, text),))
        for n, (emoji, text, publisher) in enumerate(rows, start=1)
    )


def topic() -> Edition:
    return replace(
        edition(),
        id="topic-2026-03-14",
        name="topic",
        title="Microsoft OpenAI talks",
        stories=(seed_story(),),
        briefs=(),
    )


def empty() -> Edition:
    return replace(edition(), stories=(), briefs=())


# Text that means something to Markdown, HTML, a terminal or a site generator.
TRICKS = (
    "# not a heading", "C# and F#", "trailing #", "- not a list", "+ nor this", "-5% in a day",
    "1. first", "2026. The year", "3) third", "> quote", "---", "===", "***", "* * *", "~~~",
    "```", "`code`", "**bold** __bold__ _it_ *it*", "snake_case_name _x", "~~gone~~", "a | b | c",
    "[link](https://evil.test)", "![image](https://evil.test/x.png)", "[ref][1-1]", "[1-1]: x",
    "[1-1]", "<script>alert(1)</script>", "<b>", "<!-- comment", "<https://evil.test>",
    "https://evil.test/bare", "www.evil.test", "a < b > c", "&amp; &#35; &copy; AT&T",
    "back\\slash", "ends with \\", "\\# \\*", "two\nlines\n\nand\tmore", "line\r\n# heading",
    "    indented",
    "{{ site.secret }} {% include x %}", "{: .class}", "{{< shortcode >}}", "!!! note", "::: tip",
    ": definition", "$13 billion and 14$ to $5", "$$x$$", "[^1]", "[^1]: note", "==mark==",
    "quote \"double\" 'single'", "\u2028separator", "\x00nul \x1b[31mred", "zero\u200bwidth",
    "\u202ereversed", "|", "\\", "!", "[", "]", "]()", "](https://evil.test)", "a](b", "# ", "=",
    "?? question", "%% comment", "1.", "1)", "-", "+", "\u00a0# nbsp", "é_é_", "_", "*", "<",
    "&lt;",
)  # fmt: skip

_OUTSIDE = {"title", "text", "headline", "heading", "emoji", "publisher", "author", "intro"}


def spoiled(one: Edition, text: str, url: str | None = None) -> Edition:
    """Return the edition with ``text`` in the place of every text from outside, and ``url``, if
    given, in the place of every address."""

    def changes(value: Any) -> Iterator[tuple[str, Any]]:
        for field in fields(value):
            old = getattr(value, field.name)
            if field.name in _OUTSIDE and isinstance(old, str):
                yield field.name, text
            elif field.name == "copies":
                yield field.name, tuple(text for _ in old)
            elif field.name == "url" and url is not None:
                yield field.name, url
            elif isinstance(old, tuple) or is_dataclass(old):
                yield field.name, spoil(old)

    def spoil(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(spoil(item) for item in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **dict(changes(value)))
        return value

    result = spoil(replace(one, intro=text))
    assert isinstance(result, Edition)
    return result
