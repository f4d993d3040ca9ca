"""What is kept between runs, each thing as one line of JSON, both ways.

Whoever can read the lines may: they hold no text of an article, no e-mail address, no secret, and
no author but those a printed edition names. A feed's address may be a secret
(``https://name:word@…``, ``?key=…``): it is kept as a hash, and found again among the feeds that
are configured. Where another address is asked in its place, what the two share is left out. Sites
that asked to be left alone and entries' guids are kept as hashes too. Other addresses are kept
without their user names and without the values of parameters that look like keys.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from digest.core import statefields as fields
from digest.core.discreet import (
    beside,
    feed_key,
    guid_key,
    host_key,
    is_host_key,
    without_secrets,
)
from digest.core.statefields import Feeds, Line
from digest.core.urls import canonical
from digest.models import (
    Article,
    EntryOutcome,
    FeedKind,
    FeedState,
    FinishedOutput,
    HostState,
    KeptEntry,
    Quality,
    StoredEdition,
    Trace,
    Validators,
    Window,
    Wishes,
)

REASON = "known from an earlier run"  # why it was judged so is not kept

# --- writing ---------------------------------------------------------------------------------


def entry_line(entry: KeptEntry) -> Line:
    return {
        "id": entry.id,
        "feed": feed_key(entry.feed_url),
        "fingerprint": entry.fingerprint,
        "first_seen_at": _time(entry.first_seen_at),
        "guid": guid_key(entry.guid),
        "outcome": entry.outcome.value,
        "published_at": entry.published_at and _time(entry.published_at),
        "source": entry.source_name,
        "source_url": canonical(without_secrets(entry.source_url)),
        "story": entry.story_id,
        "title": entry.title,
        "url": canonical(without_secrets(entry.url)),
    }


def article_line(article: Article) -> Line:
    return {
        "id": article.id,
        "category": article.category,
        "domain": article.domain,
        "feed": feed_key(article.feed_url),
        "first_seen_at": _time(article.first_seen_at),
        "kind": article.kind.value,
        "language": article.language,
        "max_snippet": _digits(article.max_snippet),
        "no_ai": not article.ai_input,
        "opinion": article.opinion,
        "published_at": _time(article.published_at),
        "publisher": article.publisher,
        "quality": article.quality.value,
        "relevance": str(article.relevance),
        "title": article.title,
        "trust": str(article.trust),
        "url": canonical(without_secrets(article.url)),
    }


def trace_line(trace: Trace) -> Line:
    return {
        "id": trace.article_id,
        "facts": "".join(sorted(trace.facts)),
        "shingles": "".join(sorted(trace.shingles)),
    }


def feed_line(feed: FeedState) -> Line:
    """Without its error, which may tell an address; the next answer says it again.

    Validators go where their address cannot be kept: for another one they would be untrue.
    """
    address = beside(feed.address, feed.url)
    moved_to = beside(feed.moved_to or "", feed.url)
    validators = feed.validators if address or not feed.address else Validators()
    return {
        "id": feed_key(feed.url),
        "address": address,
        "checked_at": feed.checked_at and _time(feed.checked_at),
        "due_at": feed.due_at and _time(feed.due_at),
        "etag": validators.etag,
        "failures": feed.failures or None,
        "gone": feed.gone,
        "last_modified": validators.last_modified,
        "max_snippet": _digits(feed.wishes.max_snippet),
        "moved_times": (moved_to and feed.moved_times) or None,
        "moved_to": moved_to,
        "newest_at": feed.newest_at and _time(feed.newest_at),
        "no_ai": not feed.wishes.ai_input,
        "per_week": _digits(feed.per_week),
        "status": feed.status,
        "succeeded_at": feed.succeeded_at and _time(feed.succeeded_at),
        "title": feed.title,
        "told": list(feed.wishes.told[: fields.MOST_TEXTS]) or None,
        "ttl": _digits(None if feed.ttl is None else feed.ttl.total_seconds()),
    }


def host_line(host: HostState) -> Line:
    """A site to be left alone, by a hash: a feed's site may be a secret as its address may."""
    return {
        "id": host_key(host.origin),
        "until": host.put_off_until and _time(host.put_off_until),
        "why": host.put_off_why,
    }


def edition_line(edition: StoredEdition) -> Line:
    """With the record as it is, or as a text where its own bytes would not come back."""
    record: object = edition.record
    try:
        parsed = json.loads(edition.record)
        if record_text(parsed) == edition.record:
            record = parsed
    except (ValueError, RecursionError):
        pass
    return {
        "id": edition.id,
        "closes": _time(edition.window.closes),
        "date": edition.date.isoformat(),
        "name": edition.name,
        "opens": _time(edition.window.opens),
        "record": record,
    }


def finished_line(finished: FinishedOutput) -> Line:
    return {"id": finished.edition_id, "at": _time(finished.at), "output": finished.output}


def _digits(number: float | None) -> str | None:
    """As a text, since 0 says something else than nothing, and within what can be read again."""
    return None if number is None else str(min(max(number, 0), fields.MOST))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def record_text(record: object) -> str:
    """Return a record as editions are frozen: the same bytes. Raises ValueError."""
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


# --- reading ---------------------------------------------------------------------------------
# Each raises ValueError, with a phrase on what is wrong, for a line that is not one of ours.


def entry(line: Line, feeds: Feeds) -> KeptEntry:
    return KeptEntry(
        id=fields.text(line, "id", needed=True),
        feed_url=fields.feed_url(line, "feed", feeds),
        guid=fields.guid(line),
        url=fields.url(line, "url"),
        title=fields.text(line, "title"),
        published_at=fields.moment_or_none(line, "published_at"),
        first_seen_at=fields.moment(line, "first_seen_at"),
        outcome=fields.choice(EntryOutcome, line, "outcome"),
        reason=REASON,
        story_id=fields.text(line, "story") or None,
        fingerprint=fields.text(line, "fingerprint"),
        source_name=fields.text(line, "source"),
        source_url=fields.url(line, "source_url"),
    )


def article(line: Line, feeds: Feeds) -> Article:
    return Article(
        id=fields.text(line, "id", needed=True),
        url=fields.url(line, "url"),
        title=fields.text(line, "title"),
        publisher=fields.text(line, "publisher"),
        domain=fields.text(line, "domain"),
        author="",
        published_at=fields.moment(line, "published_at"),
        first_seen_at=fields.moment(line, "first_seen_at"),
        language=fields.text(line, "language"),
        text="",
        quality=fields.choice(Quality, line, "quality"),
        feed_url=fields.feed_url(line, "feed", feeds),
        category=fields.text(line, "category"),
        kind=fields.choice(FeedKind, line, "kind"),
        trust=fields.number(line, "trust"),
        opinion=fields.flag(line, "opinion"),
        relevance=fields.number(line, "relevance"),
        note="",
        ai_input=not fields.flag(line, "no_ai"),
        max_snippet=fields.count_or_none(line, "max_snippet"),
    )


def trace(line: Line) -> Trace:
    return Trace(
        fields.text(line, "id", needed=True),
        fields.hashes(line, "facts"),
        fields.hashes(line, "shingles"),
    )


def feed(line: Line, feeds: Feeds) -> FeedState:
    url = fields.feed_url(line, "id", feeds)
    moved_to = fields.other_address(line, "moved_to", url)
    return FeedState(
        url=url,
        validators=Validators(
            fields.text(line, "etag") or None, fields.text(line, "last_modified") or None
        ),
        status=fields.count(line, "status") or None,
        checked_at=fields.moment_or_none(line, "checked_at"),
        succeeded_at=fields.moment_or_none(line, "succeeded_at"),
        failures=fields.count(line, "failures"),
        moved_to=moved_to or None,
        moved_times=fields.count(line, "moved_times") if moved_to else 0,
        address=fields.other_address(line, "address", url),
        gone=fields.flag(line, "gone"),
        title=fields.text(line, "title"),
        due_at=fields.moment_or_none(line, "due_at"),
        ttl=timedelta(seconds=fields.positive(line, "ttl")) if "ttl" in line else None,
        per_week=fields.positive(line, "per_week") if "per_week" in line else None,
        newest_at=fields.moment_or_none(line, "newest_at"),
        wishes=Wishes(
            not fields.flag(line, "no_ai"),
            fields.count_or_none(line, "max_snippet"),
            fields.texts(line, "told"),
        ),
    )


def host(line: Line) -> HostState:
    key = fields.text(line, "id", needed=True)
    if not is_host_key(key):
        raise ValueError("id is no hash of a site")
    until = fields.moment(line, "until")
    return HostState(key, put_off_until=until, put_off_why=fields.text(line, "why"))


def edition(line: Line) -> StoredEdition:
    record = line.get("record")
    if isinstance(record, dict):
        record = record_text(record)
    if not isinstance(record, str):
        raise ValueError("record is missing")
    return StoredEdition(
        fields.text(line, "id", needed=True),
        fields.text(line, "name", needed=True),
        date.fromisoformat(fields.text(line, "date", needed=True)),
        Window(fields.moment(line, "opens"), fields.moment(line, "closes")),
        record,
    )


def finished(line: Line) -> FinishedOutput:
    return FinishedOutput(
        fields.text(line, "id", needed=True),
        fields.text(line, "output", needed=True),
        fields.moment(line, "at"),
    )
