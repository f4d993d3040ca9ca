"""What a person does with the list of readers: add, remove, import, export, look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.core.addresses import normal
from digest.core.readerlist import Listing, read_csv, write_csv
from digest.errors import ConfigError
from digest.models import Reader, Suppression, SuppressionReason
from digest.ports import Readers
from digest.render.wording import count

_WHY = {
    SuppressionReason.UNSUBSCRIBED: "unsubscribed",
    SuppressionReason.BOUNCED: "takes no mail",
    SuppressionReason.COMPLAINED: "called the mail spam",
}


_BY_HAND = "taken off by hand"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was done, in one sentence. ``done`` is False where it was refused."""

    text: str
    done: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in one sentence; what is wrong with the file's lines, or was not read."""

    text: str
    problems: tuple[str, ...] = ()


def add(readers: Readers, text: str, now: datetime, *, again: bool = False) -> Answer:
    """Put an address on the list.

    One that left or takes no mail is refused, unless ``again`` says that its owner asks for it.
    Raises ConfigError for what is no address, StoreError.
    """
    address = _address(text)
    gone = _suppression(readers, address)
    if gone and not again:
        return Answer(
            f"{address} is not added: it {_since(gone)}; "
            "where its owner asks for the mail anew, say --again",
            done=False,
        )
    new = address in readers.add_readers([address], now)
    if gone:
        readers.unsuppress(address)
        return Answer(f"{address} gets mail again")
    return Answer(f"{address} is added" if new else f"{address} is on the list already")


def remove(readers: Readers, text: str, now: datetime) -> Answer:
    """Take an address off the list, and keep it off: it counts as unsubscribed.

    So no later import brings it back, and ``add`` takes it with ``again`` only. Raises
    ConfigError, StoreError.
    """
    address = _address(text)
    if all(reader.address != address for reader in readers.readers()):
        return Answer(f"{address} is not on the list", done=False)
    readers.suppress([Suppression(address, SuppressionReason.UNSUBSCRIBED, now, _BY_HAND)])
    readers.remove_reader(address)
    return Answer(
        f"{address} is removed and gets no more mail; an import does not bring it back, "
        "`digest subscribers add` with --again does"
    )


def import_csv(readers: Readers, data: bytes, now: datetime) -> Imported:
    """Add the readers a file lists, and suppress those it says have left.

    Who is suppressed here stays so, whatever the file says. Raises ConfigError for a file that is
    too large or has nothing to read, StoreError.
    """
    try:
        listing = read_csv(data)
    except ValueError as error:
        raise ConfigError(f"the file cannot be imported: {error}", key="CSV") from error
    if not listing.rows:
        raise ConfigError(_nothing(listing), key="CSV")
    before = {gone.address for gone in readers.suppressions()}
    gone = [row for row in listing.rows if row.left and row.address not in before]
    readers.suppress(
        Suppression(row.address, row.left, min(row.since or now, now), row.detail)
        for row in gone
        if row.left
    )
    wanted = [row.address for row in listing.rows if not row.left]
    there = len(readers.add_readers([a for a in wanted if a not in before], now))
    kept_off = sum(address in before for address in wanted)
    parts = [
        (there, f"{count(there, 'reader', 'readers')} added"),
        (len(wanted) - kept_off - there, "{} on the list already"),
        (kept_off, "{} left out because they unsubscribed or take no mail"),
        (len(gone), "{} noted as gone"),
        (listing.repeated, "{} given twice"),
        (listing.bad, f"{count(listing.bad, 'line', 'lines')} of no use"),
    ]
    told = [text.format(f"{number:,}") for n, (number, text) in enumerate(parts) if number or not n]
    unread = (listing.unread,) if listing.unread else ()
    return Imported(", ".join(told), (*listing.problems, *unread))


def export(readers: Readers) -> str:
    """Return the list and all suppressed addresses as CSV, which ``import_csv`` reads back."""
    return write_csv(readers.readers(), readers.suppressions())


def table(readers: Readers) -> list[tuple[str, str, str]]:
    """Return a row for each reader: address, state, day added; then the suppressed on no list."""
    listed, others = _everyone(readers)
    rows = [(r.address, _state(r.suppressed), _day(r.added_at)) for r in listed]
    return rows + [(gone.address, f"{_state(gone)}, not on the list", "") for gone in others]


def records(readers: Readers) -> list[dict[str, object]]:
    """Return the same as values for JSON."""
    listed, others = _everyone(readers)
    return [
        {"email": r.address, "added_at": _iso(r.added_at), **_told(r.suppressed)} for r in listed
    ] + [{"email": gone.address, "added_at": None, **_told(gone)} for gone in others]


def _everyone(readers: Readers) -> tuple[Sequence[Reader], list[Suppression]]:
    listed = readers.readers()
    known = {reader.address for reader in listed}
    return listed, [gone for gone in readers.suppressions() if gone.address not in known]


def _address(text: str) -> str:
    try:
        return normal(text)
    except ValueError as error:
        raise ConfigError(f"this is no e-mail address: {error}", key="EMAIL") from error


def _suppression(readers: Readers, address: str) -> Suppression | None:
    return next((gone for gone in readers.suppressions() if gone.address == address), None)


def _nothing(listing: Listing) -> str:
    text = "the file lists no e-mail address; expected one a line, or a column called email"
    return f"{text} ({listing.problems[0]})" if listing.problems else text


def _since(gone: Suppression) -> str:
    detail = f" ({gone.detail})" if gone.detail else ""
    return f"{_WHY[gone.reason]} since {_day(gone.at)}{detail}"


def _state(gone: Suppression | None) -> str:
    return f"{_WHY[gone.reason]} since {_day(gone.at)}" if gone else "gets mail"


def _told(gone: Suppression | None) -> dict[str, object]:
    if gone is None:
        return {"suppressed": None}
    return {"suppressed": {"reason": str(gone.reason), "at": _iso(gone.at), "detail": gone.detail}}


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
