"""What a user should see the digest make of the newsroom's special items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Expected:
    """A special item: its article or feed addresses, and one sentence on what should happen.

    ``day`` is the run (1 to 3) in which it happens; ``apart`` holds the addresses of a second
    story that must not be joined with the first.
    """

    what: str
    urls: tuple[str, ...]
    says: str
    day: int = 3
    apart: tuple[str, ...] = ()


EXPECTED: Mapping[str, Expected] = MappingProxyType(
    {
        "four-outlets": Expected(
            "One story in four outlets",
            (
                "http://harbour-wire.test/technology/microsoft-openai-harbour",
                "http://www.circuit-post.test/news/microsoft-openai-circuit/",
                "http://www.morning-ledger.test/companies/microsoft-openai-ledger.html",
                "http://policy-docket.test/cases/microsoft-openai-docket",
            ),
            "Told by four outlets, printed once with four sources.",
        ),
        "saga": Expected(
            "Two stories about the same two companies",
            (
                "http://policy-docket.test/cases/halcyra-ruling-docket",
                "http://oresund-review.test/artikel/halcyra-ruling-oresund.php",
            ),
            "The court ruling and the funding round stay two stories.",
            apart=(
                "http://model-watch.test/p/halcyra-funding-modelwatch",
                "http://www.morning-ledger.test/companies/halcyra-funding-ledger.html",
            ),
        ),
        "wire-copy": Expected(
            "A wire text published twice",
            (
                "http://harbour-wire.test/technology/tutor-study-harbour",
                "http://www.kettle-post.test/life/tutor-study-kettle",
            ),
            "The same text in two outlets counts as one source.",
        ),
        "follow-up": Expected(
            "New facts on yesterday's story",
            (
                "http://silicon-pier.test/chips/pellucor-recall-pier",
                "http://www.circuit-post.test/news/pellucor-recall-circuit/",
            ),
            "Printed again today, because it brings new figures and a decision.",
        ),
        "rewrite": Expected(
            "A late rewrite of yesterday's story",
            ("http://www.kettle-post.test/life/sundmark-rewrite",),
            "Not printed again, because it says nothing new.",
        ),
        "teaser": Expected(
            "An article behind a paywall",
            ("http://www.morning-ledger.test/companies/fennika-teaser.html",),
            "Only the first paragraphs are free, so it is told briefly and marked as a teaser.",
        ),
        "consent": Expected(
            "A page that shows only a cookie notice",
            ("http://continental-courier.test/news/compute-fund-consent",),
            "The notice is not taken for news, and nothing is told from it.",
        ),
        "opinion": Expected(
            "An opinion piece",
            ("http://model-watch.test/p/opinion-ormside",),
            "Listed as commentary, and no evidence for the story.",
        ),
        "off-topic": Expected(
            "Gardening, football and a phone case",
            (
                "http://www.kettle-post.test/life/football-kettle",
                "http://www.kettle-post.test/life/garden-gadget",
                "http://www.kettle-post.test/life/phone-case",
            ),
            "Left out, because they are no AI news.",
        ),
        "latin-1": Expected(
            "A feed in ISO-8859-1",
            ("http://oresund-review.test/nyt/rss.php",),
            "Names such as Søren Vestergård come out right.",
        ),
        "german": Expected(
            "A German outlet",
            ("http://nordlicht-ki.test/artikel/drayloft-ormside-nordlicht.html",),
            "A link in the story it tells too, and never quoted; what it tells alone stays apart.",
            apart=("http://nordlicht-ki.test/artikel/fennika-nordlicht.html",),
        ),
        "atom": Expected(
            "An Atom feed",
            ("http://commons-log.test/atom.xml",),
            "Read like any other feed.",
        ),
        "json-feed": Expected(
            "A JSON Feed",
            ("http://silicon-pier.test/feed.json",),
            "Read like any other feed.",
        ),
        "dead-feed": Expected(
            "A feed whose server fails",
            ("http://brine-bytes.test/feed",),
            "Reported as failed; everything else goes on.",
        ),
        "gone-feed": Expected(
            "A feed that has ended",
            ("http://old-signal.test/rss.xml",),
            "Reported as gone for good.",
        ),
        "moved-feed": Expected(
            "A feed that has moved",
            ("http://lattice-journal.test/feed",),
            "Followed to its new address, which is reported.",
        ),
        "error-page": Expected(
            "Articles whose pages are missing",
            (
                "http://silicon-pier.test/chips/narvik-missing",
                "http://lattice-journal.test/papers/lattice-soft-error",
            ),
            "The error page is not taken for an article.",
        ),
        "injection": Expected(
            "An article that gives orders to a language model",
            ("http://model-watch.test/p/wrenlock-audit",),
            "Its orders are treated as text and not followed.",
        ),
        "future-date": Expected(
            "An article dated two days ahead",
            ("http://policy-docket.test/cases/licence-future",),
            "Taken as published when it was first seen.",
        ),
        "undated": Expected(
            "An article without a date",
            ("http://lattice-journal.test/papers/tidepool-lattice",),
            "Taken as published when it was first seen.",
        ),
    }
)
