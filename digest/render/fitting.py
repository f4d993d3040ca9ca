"""An Edition cut down until its e-mail is small enough that no mail program clips it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from digest.models import Edition
from digest.render.wording import count

# Gmail clips a message's HTML at about 102 KB. What is left below that is for what a provider or
# a reader's own link adds.
MOST = 98_000


@dataclass(frozen=True, slots=True)
class Fitted:
    """What goes into a mail: the edition, what of it was left out, and the HTML."""

    edition: Edition
    left_out: str  # one sentence, "" where nothing was
    html: str


def fitted(edition: Edition, render: Callable[[Edition, str], str]) -> Fitted:
    """Return as much of ``edition`` as ``render`` puts into ``MOST`` bytes of HTML.

    First briefs go, from the end; then the sections of the last stories, whose leads and sources
    stay; then whole stories from the end, but never the first. ``render`` gets the edition and the
    sentence that says what was left out. An edition that fits is rendered once, others some eight
    times more.
    """

    def attempt(step: int) -> Fitted:
        smaller = _cut(edition, step)
        sentence = _left_out(edition, smaller)
        return Fitted(smaller, sentence, render(smaller, sentence))

    best = attempt(0)
    low, high = 1, len(edition.briefs) + 2 * len(edition.stories) - 1
    if _fits(best) or low > high:
        return best
    best = attempt(high)
    while low < high:  # the first step that is enough is in low..high
        middle = (low + high) // 2
        tried = attempt(middle)
        if _fits(tried):
            high, best = middle, tried
        else:
            low = middle + 1
    return best


def _fits(mail: Fitted) -> bool:
    return len(mail.html.encode()) <= MOST


def _cut(edition: Edition, step: int) -> Edition:
    """Return what is left of the edition after that many steps."""
    gone = min(step, len(edition.briefs))
    briefs = edition.briefs[: len(edition.briefs) - gone]
    step -= gone
    short = min(step, len(edition.stories))
    full = len(edition.stories) - short
    stories = [
        story if n < full else replace(story, sections=())
        for n, story in enumerate(edition.stories)
    ]
    kept = len(stories) - (step - short)
    return replace(edition, stories=tuple(stories[:kept]), briefs=briefs)


def _left_out(whole: Edition, smaller: Edition) -> str:
    briefs = len(whole.briefs) - len(smaller.briefs)
    stories = len(whole.stories) - len(smaller.stories)
    short = sum(a != b for a, b in zip(whole.stories, smaller.stories, strict=False))
    gone = []
    if stories:
        gone.append(count(stories, "more story", "more stories"))
    if briefs:
        some_stay = bool(smaller.briefs)
        gone.append(f"{briefs:,} more in brief" if some_stay else count(briefs, "brief", "briefs"))
    said = []
    if gone:
        said.append(f"{' and '.join(gone)} {'was' if stories + briefs == 1 else 'were'} left out")
    if short:
        last = "the last story" if short == 1 else f"the last {short:,} stories"
        every = "the story here" if short == 1 else "the stories here"
        which = every if short == len(smaller.stories) else last
        said.append(f"{which} {'is' if short == 1 else 'are'} told in short")
    return f"To keep this mail small, {', and '.join(said)}." if said else ""
