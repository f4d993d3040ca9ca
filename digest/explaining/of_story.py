"""Why a story was told where it was, or left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.core.traits import Meaning
from digest.explaining.layout import Explanation, Fact
from digest.explaining.likeness import enough, enough_of_many, odds_within, percent
from digest.explaining.of_article import score, status
from digest.explaining.view import View
from digest.explaining.words import moment
from digest.models import Article, Edition, EditionBrief, EditionStory, Evidence, Source, Story

Telling = tuple[Edition, EditionStory | EditionBrief]


def of_told(tellings: Sequence[Telling], view: View, story_id: str) -> Explanation:
    """Return what is known of a story that editions told, the latest one last."""
    title = _headline(tellings[-1][1])
    facts = [fact for edition, told in tellings for fact in _telling(edition, told)]
    story = view.story(story_id)
    if story is not None:
        if view.edition is None or view.edition.id != tellings[-1][0].id:
            facts += _standing(view, story)
        facts += _grouped(view, story, tellings[-1][1])
    return Explanation("story", title, tuple(facts))


def of_left_out(view: View, story: Story) -> Explanation:
    """Return what is known of a story that no edition told, as it is grouped from the store."""
    facts = [Fact("edition", "told in none so far")]
    facts += _standing(view, story)
    facts += _grouped(view, story)
    return Explanation("story", story.evidence[0].article.title, tuple(facts))


def _standing(view: View, story: Story) -> Iterator[Fact]:
    """Yield where a story stands in an edition that does not tell it, or not yet."""
    ranked = view.ranking_of(story)
    if ranked is None:
        yield Fact("place", f"none in {view.named}: nothing in it is new")
        return
    yield Fact("place", view.place_of(ranked), status(ranked))
    yield score(ranked.score, ranked.reasons)


def _telling(edition: Edition, told: EditionStory | EditionBrief) -> Iterator[Fact]:
    if isinstance(told, EditionBrief):
        yield Fact("edition", f"{edition.id}, in brief")
        yield from map(_source, told.sources)
        return
    made = moment(edition.generated_at)
    yield Fact("edition", f"{edition.id}, place {told.rank}, {told.status}", (f"made {made}",))
    yield score(told.score, told.reasons)
    for sentence in told.what_changed:
        yield Fact("new in it", sentence.text)
    checks, writer = told.written_by.checks, told.written_by
    model = f" ({writer.model})" if writer.model else ""
    yield Fact(
        "written by",
        f"{writer.kind}{model}: {checks.supported} of {checks.sentences} sentences borne out, "
        f"{checks.repaired} repaired, {checks.replaced} replaced, {checks.dropped} dropped",
    )
    yield from map(_source, told.sources)
    for link in told.commentary:
        yield Fact("commentary", f"{link.publisher}: {link.title}", (link.url,))


def _source(source: Source) -> Fact:
    copies = f", also carried by {', '.join(source.copies)}" if source.copies else ""
    title = f"{source.publisher}: {source.title} ({source.quality}{copies})"
    return Fact(f"source {source.n}", title, (source.url,))


def _grouped(
    view: View, story: Story, told: EditionStory | EditionBrief | None = None
) -> Iterator[Fact]:
    """Yield the reports of a story as they are grouped, and how alike they are.

    What ``told`` names already is not named again.
    """
    known = {s.url for s in told.sources} if told else set()
    if isinstance(told, EditionStory):
        known |= {link.url for link in told.commentary}
    yield Fact("grouped", f"by today's settings, for {view.named}", story.reasons)
    for evidence in story.evidence:
        if evidence.article.url not in known or evidence.copies:
            yield _report(evidence)
    for label, others in (("commentary", story.commentary), ("discussion", story.links)):
        for article in others:
            if article.url not in known:
                yield Fact(label, f"{article.publisher}: {article.title}", (article.url,))
    yield from _alike([e.article for e in story.evidence], view.plan.grouped.meaning)


def _report(evidence: Evidence) -> Fact:
    article = evidence.article
    copies = tuple(f"the same text: {c.publisher}, {c.url}" for c in evidence.copies)
    told = f"{article.publisher}: {article.title} ({article.quality})"
    return Fact("report", told, (article.url, *copies))


def _alike(reports: Sequence[Article], meaning: Meaning | None) -> Iterator[Fact]:
    """Yield how alike a story's reports are, with the pair most and the pair least so."""
    if len(reports) < 2:
        return
    pairs = sorted(odds_within(reports, meaning), key=lambda p: (-p[2], p[0], p[1]))
    least, most = pairs[-1], pairs[0]

    def said(pair: tuple[int, int, float], which: str) -> str:
        one, other = reports[pair[0]].publisher, reports[pair[1]].publisher
        return f"{which}: {one} and {other}, {percent(pair[2])} likely one event"

    if len(pairs) == 1:
        yield Fact("alike", said(most, "its two reports"))
        return
    mean = sum(odds for _, _, odds in pairs) / len(pairs)
    yield Fact(
        "alike",
        f"{percent(mean)} on the average of its {len(pairs)} pairs of reports; "
        f"two are joined from {enough()} on, larger groups from {enough_of_many()}",
        (said(most, "most"), said(least, "least")),
    )


def _headline(told: EditionStory | EditionBrief) -> str:
    text = told.text if isinstance(told, EditionBrief) else told.headline
    return f"{told.emoji} {text}"
