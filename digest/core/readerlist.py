"""Lists of readers as CSV: what other newsletters export, read; our own, written to read back.

Nothing here repeats an address in what it says of a file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.core.addresses import normal
from digest.models import Reader, Suppression, SuppressionReason

LARGEST = 50_000_000  # bytes of a file
MOST_LINES = 1_000_000
_MOST_TOLD = 100  # lines named as bad; the rest are counted
_LONGEST_RECORD = 20  # lines: notes in quotes may go over several, a stray quote may not
_LONGEST_LINE = 100_000  # characters
_LONGEST_CELL = 500  # characters kept of a reason

HEADER = ("email", "status", "reason", "since")
SUBSCRIBED = "subscribed"

# Names of columns, letters and digits only: what Mailchimp, Buttondown, Substack, Ghost, Kit,
# MailerLite and others call them.
_ADDRESS = (
    "email", "emailaddress", "emailadresse", "emailaddr", "subscriberemail",
    "subscriberemailaddress", "useremail", "contactemail", "primaryemail", "email1",
    "email1value", "adresseemail", "mail", "mailadresse", "correoelectronico", "address",
)  # fmt: skip
_STATUS = (
    "status", "emailstatus", "subscriptionstatus", "subscriberstatus", "memberstatus", "state",
    "type", "subscribertype",
)  # fmt: skip
_REASON = ("reason", "unsubreason", "cleanreason", "unsubscribereason", "undeliverabilityreason")
_SINCE = (
    "since", "unsubtime", "cleantime", "unsubscribedat", "unsubscriptiondate", "unsubscribedate",
    "undeliverabilitydate",
)  # fmt: skip
# Columns that tell, when they hold something, that someone has left.
_LEFT = {
    "unsubtime": SuppressionReason.UNSUBSCRIBED,
    "unsubscribedat": SuppressionReason.UNSUBSCRIBED,
    "unsubscriptiondate": SuppressionReason.UNSUBSCRIBED,
    "unsubscribedate": SuppressionReason.UNSUBSCRIBED,
    "unsubscribed": SuppressionReason.UNSUBSCRIBED,
    "emaildisabled": SuppressionReason.UNSUBSCRIBED,
    "cleantime": SuppressionReason.BOUNCED,
    "undeliverabilitydate": SuppressionReason.BOUNCED,
}
_NO = frozenset({"", "0", "false", "no", "n", "null", "none", "-"})
_READS = frozenset(
    {"", "subscribed", "subscriber", "active", "regular", "premium", "free", "paid", "comped"}
    | {"comp", "gift", "gifted", "founding", "trialed", "trial", "confirmed", "enabled", "yes"}
    | {"true", "1", "reader", "paused", "churned", "pastdue", "optedin", "member"}
)
_GONE = {
    **dict.fromkeys(
        ("unsubscribed", "unsubscribe", "optedout", "optout", "cancelled", "canceled", "removed"),
        SuppressionReason.UNSUBSCRIBED,
    ),
    **dict.fromkeys(
        ("bounced", "bounce", "hardbounce", "hardbounced", "cleaned", "undeliverable", "invalid"),
        SuppressionReason.BOUNCED,
    ),
    **dict.fromkeys(
        ("complained", "complaint", "spam", "spamcomplaint", "abuse", "reported", "junk"),
        SuppressionReason.COMPLAINED,
    ),
}

_PLAIN = re.compile(r"[^a-z0-9]+")
_SPREADSHEET = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would work out
_QUOTED = re.compile(r"'+[=+\-@\t\r]")
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)  # Excel's first line


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list. ``left`` tells why this address gets no mail; None for a reader."""

    address: str
    left: SuppressionReason | None = None
    detail: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as read: each address once, and what is wrong with other lines."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...]  # "line 7: it has no @"
    bad: int  # lines of no use, those beyond the problems told included
    repeated: int  # lines whose address was there before


def read_csv(data: bytes) -> Listing:
    """Return the readers and former readers that a file lists.

    The file may have a header with a column for addresses, or be one address a line; cells are
    parted by comma, semicolon or tab; the text is UTF-8, UTF-16 with its mark, or Windows-1252. Of
    an address given twice the line counts that says it has left. A status that is neither a
    reader's nor a former reader's ("pending") is a problem. Raises ValueError for a file that is
    too large.
    """
    if len(data) > LARGEST:
        raise ValueError(f"it has more than {LARGEST // 1_000_000} MB")
    lines = re.split(r"\r\n|\r|\n", _text(data))
    if len(lines) > MOST_LINES:
        raise ValueError(f"it has more than {MOST_LINES:,} lines")
    rows: dict[str, Row] = {}
    problems: list[str] = []
    bad = repeated = 0
    for number, found in _rows(lines):
        if isinstance(found, str):
            bad += 1
            if bad <= _MOST_TOLD:
                problems.append(f"line {number}: {found}")
            continue
        repeated += found.address in rows
        if found.left or found.address not in rows:
            rows[found.address] = found
    if bad > _MOST_TOLD:
        problems.append(f"and {bad - _MOST_TOLD:,} more lines")
    return Listing(tuple(rows.values()), tuple(problems), bad, repeated)


def write_csv(readers: Iterable[Reader], suppressions: Iterable[Suppression]) -> str:
    """Return a list as CSV: readers in their order, then the suppressed who are on no list.

    The columns are those of ``HEADER``; times are ISO 8601 in UTC. A cell that a spreadsheet
    would take for a formula begins with an apostrophe, which ``read_csv`` takes away.
    """
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(HEADER)
    told = set()
    for reader in readers:
        told.add(reader.address)
        if reader.suppressed:
            writer.writerow(_cells(reader.suppressed))
        else:
            cells = (reader.address, SUBSCRIBED, "", _iso(reader.added_at))
            writer.writerow([_guarded(cell) for cell in cells])
    for gone in suppressions:
        if gone.address not in told:
            writer.writerow(_cells(gone))
    return made.getvalue()


def _cells(gone: Suppression) -> list[str]:
    cells = (gone.address, str(gone.reason), " ".join(gone.detail.split()), _iso(gone.at))
    return [_guarded(cell) for cell in cells]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _guarded(cell: str) -> str:
    return f"'{cell}" if _SPREADSHEET.match(cell) else cell


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(lines: Sequence[str]) -> Iterator[tuple[int, Row | str]]:
    """Yield each line's number with its row, or with what is wrong with it."""
    columns: _Columns | None = None
    for number, cells in _records(lines):
        if cells is None:
            yield number, f"it is longer than {_LONGEST_LINE:,} characters"
            continue
        if columns is None:
            columns = _Columns.of(cells)
            if columns.header:
                continue
        yield number, columns.row(cells)


def _records(lines: Sequence[str]) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each record with the number of its first line, None for one that is too long.

    Empty ones are left out.
    """
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    given = _SEPARATOR.fullmatch(lines[first].strip())
    n = first + 1 if given else first
    opening = lines[n] if n < len(lines) else ""
    delimiter = given[1] if given else max(",;\t", key=opening.count)
    while n < len(lines):
        end = _end(lines, n)
        if sum(map(len, lines[n:end])) > _LONGEST_LINE:
            yield n + 1, None
            n = end
            continue
        for cells in _parsed(lines[n:end], delimiter):
            if any(cell.strip() for cell in cells):
                yield n + 1, [_unguarded(cell.strip()) for cell in cells]
        n = end


def _end(lines: Sequence[str], start: int) -> int:
    """Return where the record ends that starts at a line: a quoted cell may hold line breaks."""
    quotes = 0
    for end in range(start, min(start + _LONGEST_RECORD, len(lines))):
        quotes += lines[end].count('"')
        if quotes % 2 == 0:
            return end + 1
    return start + 1  # a stray quote


def _parsed(lines: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    if len(lines) == 1 and '"' not in lines[0]:
        yield lines[0].split(delimiter)
        return
    yield from csv.reader([f"{line}\n" for line in lines], delimiter=delimiter)


def _unguarded(cell: str) -> str:
    return cell[1:] if _QUOTED.match(cell) else cell


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column of a list says what; where none is for addresses, one is wherever an @ is."""

    header: bool
    address: int | None = None
    status: int | None = None
    reason: int | None = None
    since: tuple[int, ...] = ()
    left: tuple[tuple[int, SuppressionReason], ...] = ()

    @classmethod
    def of(cls, cells: Sequence[str]) -> _Columns:
        names = [_PLAIN.sub("", cell.casefold()) for cell in cells]
        address, status = _first(names, _ADDRESS), _first(names, _STATUS)
        left = tuple((n, _LEFT[name]) for n, name in enumerate(names) if name in _LEFT)
        if any("@" in cell for cell in cells) or (address is None and status is None and not left):
            return cls(header=False)
        return cls(
            header=True,
            address=address,
            status=status,
            reason=_first(names, _REASON),
            since=tuple(n for n, name in enumerate(names) if name in _SINCE),
            left=left,
        )

    def row(self, cells: Sequence[str]) -> Row | str:
        """Return the row, or what is wrong with it."""
        try:
            address = normal(self._address(cells))
        except ValueError as error:
            return str(error)
        status = _PLAIN.sub("", _cell(cells, self.status).casefold())
        left = _GONE.get(status)
        if left is None and status not in _READS:
            shown = status[:30] if status.isalpha() else "unknown"
            return f"its status is “{shown}”, which is neither a reader's nor that of one who left"
        for column, reason in self.left:
            if left is None and _cell(cells, column).casefold() not in _NO:
                left = reason
        since = (_moment(_cell(cells, column)) for column in self.since)
        detail = " ".join(_cell(cells, self.reason).split())[:_LONGEST_CELL] if left else ""
        return Row(address, left, detail, next(filter(None, since), None))

    def _address(self, cells: Sequence[str]) -> str:
        if self.address is not None:
            return _cell(cells, self.address)
        return next((cell for cell in cells if "@" in cell), cells[0])


def _first(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
