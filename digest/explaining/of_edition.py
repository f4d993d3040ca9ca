"""What an edition holds, and what was left out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from digest.explaining.layout import Explanation, Fact
from digest.explaining.words import counted, moment
from digest.models import Edition, EntryOutcome
from digest.ports import EntryHistory, Store
from digest.render.wording import count

_LEFT_OUT = {
    EntryOutcome.BELOW_CUT: "below the cut",
    EntryOutcome.REPEAT: "told before, with nothing new",
    EntryOutcome.OFF_TOPIC: "not AI-industry news",
    EntryOutcome.MUTED: "muted",
    EntryOutcome.DUPLICATE: "the same text or address as another",
    EntryOutcome.COMMENTARY: "opinion or discussion",
    EntryOutcome.CONSENT: "behind a consent notice",
    EntryOutcome.ERROR: "not readable",
    EntryOutcome.OLD: "published before the window",
    EntryOutcome.PENDING: "not opened yet",
    EntryOutcome.READ: "waiting for the next edition",
}


def of_edition(store: Store, edition: Edition, *, verbose: bool) -> Explanation:
    """Return what an edition holds, and what became of the other entries of its window."""
    window = edition.window
    seen = store.entries_seen(seen_since=window.opens, seen_until=window.closes)
    facts = [
        Fact("made", moment(edition.generated_at)),
        Fact("covers", f"{moment(window.opens)} to {moment(window.closes)}"),
        Fact("counts", counted(edition.counts)),
    ]
    for story in edition.stories:
        told = f"{story.emoji} {story.headline}"
        standing = f"{story.id}, {story.status}, score {story.score:.1f}"
        facts.append(Fact(f"{story.rank:>2}", told, (standing,)))
    for brief in edition.briefs:
        facts.append(Fact(" –", f"{brief.emoji} {brief.text}", (f"{brief.story_id}, in brief",)))
    facts += _left_out([e for e in seen if e.outcome in _LEFT_OUT], verbose=verbose)
    return Explanation("edition", f"{edition.id}: {edition.title}", tuple(facts))


def _left_out(entries: Sequence[EntryHistory], *, verbose: bool) -> Iterator[Fact]:
    """Yield how many entries were left out for which reason, or each of them."""
    counts = Counter(e.outcome for e in entries)
    if not counts:
        yield Fact("left out", "nothing that was first seen in its window")
        return
    hint = "" if verbose else "; --verbose lists them"
    yield Fact(
        "left out",
        f"{count(len(entries), 'entry', 'entries')} first seen in its window{hint}",
        tuple(f"{counts[o]:,} {words}" for o, words in _LEFT_OUT.items() if counts[o]),
    )
    if not verbose:
        return
    for outcome in _LEFT_OUT:
        for entry in (e for e in entries if e.outcome is outcome):
            story = (f"story {entry.story_id}",) if entry.story_id else ()
            told = entry.title or entry.url
            yield Fact(str(outcome), told, (entry.reason, entry.url, *story))
