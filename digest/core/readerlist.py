"""Lists of readers as CSV: what other newsletters export, read; our own, written to read back.

Nothing here repeats an address in what it says of a file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from digest.core.listcolumns import Columns, Row
from digest.models import Reader, Suppression

LARGEST = 50_000_000  # bytes of a file
MOST_LINES = 1_000_000
_MOST_TOLD = 100  # lines named as bad; the rest are counted
_LONGEST_RECORD = 20  # lines: notes in quotes may go over several, a stray quote may not
_LONGEST_LINE = 100_000  # characters
_MOST_NAMES = 10  # columns named as not read; the rest are counted

HEADER = ("email", "status", "reason", "since")
SUBSCRIBED = "subscribed"

_SPREADSHEET = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would work out
_QUOTED = re.compile(r"'+[=+\-@\t\r]")
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)  # Excel's first line


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as read: each address once, and what is wrong with other lines."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...]  # "line 7: it has no @"
    bad: int  # lines of no use, those beyond the problems told included
    repeated: int  # lines whose address was there before
    unread: str = ""  # where nothing told who left: a sentence on what was not read, "" for nothing


def read_csv(data: bytes) -> Listing:
    """Return the readers and former readers that a file lists.

    The file may have a header with a column for addresses, or be one address a line; cells are
    parted by comma, semicolon or tab; the text is UTF-8, UTF-16 with its mark, or Windows-1252. Of
    an address given twice the line counts that says it has left. A status that is neither a
    reader's nor a former reader's ("pending") is a problem. An address may stand behind its
    owner's name, as "Ann <ann@example.org>". Raises ValueError for a file that is too large.
    """
    if len(data) > LARGEST:
        raise ValueError(f"it has more than {LARGEST // 1_000_000} MB")
    lines = re.split(r"\r\n|\r|\n", _text(data))
    if len(lines) > MOST_LINES:
        raise ValueError(f"it has more than {MOST_LINES:,} lines")
    found = _Found()
    for number, cells in _records(lines):
        found.take(number, cells)
    return found.listing()


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


@dataclass(slots=True)
class _Found:
    """What is known of a list so far."""

    columns: Columns | None = None
    rows: dict[str, Row] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    bad: int = 0
    repeated: int = 0
    beside: bool = False  # something stands beside an address, and no header says what

    def take(self, number: int, cells: list[str] | None) -> None:
        """Add a record: its line's number and its cells, None for one that is too long."""
        if cells is None:
            self._refuse(number, f"it is longer than {_LONGEST_LINE:,} characters")
            return
        if self.columns is None:
            self.columns = Columns.of(cells)
            if self.columns.header:
                return
        found = self.columns.rows(cells)
        self.beside |= not self.columns.header and sum(map(bool, cells)) > len(found)
        for row in found:
            if isinstance(row, str):
                self._refuse(number, row)
                continue
            self.repeated += row.address in self.rows
            if row.left or row.address not in self.rows:
                self.rows[row.address] = row

    def listing(self) -> Listing:
        """Return the whole."""
        problems = list(self.problems)
        if self.bad > _MOST_TOLD:
            problems.append(f"and {self.bad - _MOST_TOLD:,} more lines")
        return Listing(
            tuple(self.rows.values()), tuple(problems), self.bad, self.repeated, self._unread()
        )

    def _refuse(self, number: int, reason: str) -> None:
        self.bad += 1
        if self.bad <= _MOST_TOLD:
            self.problems.append(f"line {number}: {reason}")

    def _unread(self) -> str:
        """Return what nobody read, and how it is read where it says who left."""
        if self.beside:
            return (
                "not read: what stands beside the addresses; if it says who left, give the file a "
                "first line that names the columns, email and unsubscribed, and import it again "
                "before the next edition"
            )
        if self.columns is None or self.columns.tells_who_left:
            return ""
        names = [f"“{name}”" for name in self.columns.unread()]
        if len(names) > _MOST_NAMES:
            names[_MOST_NAMES:] = [f"{len(names) - _MOST_NAMES:,} more"]
        told = ", ".join(names)
        return told and (
            f"not read: {told}; if one of them says who left, call it unsubscribed and import the "
            "file again before the next edition"
        )


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
