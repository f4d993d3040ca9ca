"""What a rendering says of an edition in its own words: dates, sizes, how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from digest.models import Edition, WrittenBy
from digest.render.printable import line

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LANGUAGES = {
    "ar": "Arabic", "da": "Danish", "de": "German", "en": "English", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "hi": "Hindi", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
_WORDS_PER_MINUTE = 238  # adults reading English non-fiction silently: Brysbaert 2019


def count(number: int, one: str, many: str) -> str:
    """Return the number with its noun: "1 story", "2,400 stories"."""
    return f"{number:,} {one if number == 1 else many}"


def spelt_language(tag: str) -> str:
    """Return "German" for "de" or "de-CH"; the tag itself for a language not in our list."""
    return _LANGUAGES.get(tag.partition("-")[0].lower(), tag)


def translations(translated: Sequence[str]) -> list[str]:
    """Return what to say after each sentence of the languages ("de, fr") it was translated from.

    Where all of them were from the same, it is said once, after the last.
    """
    notes = []
    for tags in translated:
        tongues = [spelt_language(tag) for tag in tags.split(", ") if tag]
        notes.append(f"translated from {listed(tongues, most=4)}" if tongues else "")
    if len(notes) > 1 and notes[0] and len(set(notes)) == 1:
        return [""] * (len(notes) - 1) + [f"all {notes[0]}"]
    return notes


def spelt_day(day: date) -> str:
    """Return "14 March 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def spelt_moment(at: datetime) -> str:
    """Return "14 March 2026, 06:30", in the time's own zone."""
    return f"{spelt_day(at.date())}, {at:%H:%M}"


def size(edition: Edition) -> str:
    """Return "6 stories and 5 briefs"."""
    parts = []
    if edition.stories:
        parts.append(count(len(edition.stories), "story", "stories"))
    if edition.briefs:
        parts.append(count(len(edition.briefs), "brief", "briefs"))
    return " and ".join(parts) or "no stories"


def summary(edition: Edition) -> str:
    """Return the first three headlines in one sentence, and how many more there are."""
    names = [line(story.headline) for story in edition.stories[:3]]
    rest = len(edition.stories) - len(names)
    if rest:
        names.append(f"and {count(rest, 'more story', 'more stories')}")
    return "; ".join(names) + "." if names else ""


def minutes(edition: Edition) -> int:
    """Return how long it takes to read, at least 1."""
    return max(1, round(_word_count(edition) / _WORDS_PER_MINUTE))


def material(counts: Mapping[str, int]) -> str:
    """Return "14 feeds with 387 entries, 61 of them opened", "" where nobody counted."""
    text = count(counts["feeds"], "feed", "feeds") if counts.get("feeds") else ""
    if text and counts.get("entries"):
        text += f" with {count(counts['entries'], 'entry', 'entries')}"
        if counts.get("opened"):
            text += f", {counts['opened']:,} of them opened"
    return text


def method(writers: list[WrittenBy], text: Callable[[str], str]) -> Iterable[str]:
    """Yield one sentence for each way in which stories were written."""
    kinds = {writer.kind for writer in writers}
    if "llm" in kinds:
        models = sorted({text(w.model) for w in writers if w.kind == "llm" and w.model})
        who = " and ".join(models) or "a language model"
        which = "The stories" if kinds == {"llm"} else "Some stories"
        yield (
            f"{which} were written by {who} from the sources they name, "
            "and each sentence was checked against the sources it cites."
        )
    if "extractive" in kinds:
        which = "The" if kinds == {"extractive"} else "The other stories'"
        yield f"{which} sentences are the outlets' own words, chosen and put in order by a program."
    if "editor" in kinds:
        yield "An editor has been over the text."


def _word_count(edition: Edition) -> int:
    texts = [brief.text for brief in edition.briefs]
    for story in edition.stories:
        groups = [story.lead, story.what_changed, story.disagreements]
        groups += [section.sentences for section in story.sections]
        texts += [story.headline, *(section.heading for section in story.sections)]
        texts += [sentence.text for group in groups for sentence in group]
    return sum(len(text.split()) for text in texts)


def listed(names: Sequence[str], most: int) -> str:
    """Return names in one phrase, "A, B and C"; of more than ``most``, the rest as a number."""
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} others"]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
