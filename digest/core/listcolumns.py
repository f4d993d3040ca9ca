"""What a line of a list of readers says: whose address it is, and whether mail is still wanted.

Nothing here repeats an address in what it says of a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.core.addresses import normal
from digest.models import SuppressionReason

_LONGEST_CELL = 500  # characters kept of a reason
_LONGEST_NAME = 40  # characters shown of a column's name

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
    **dict.fromkeys(
        (
            "unsubtime", "unsubscribedat", "unsubscriptiondate", "unsubscribedate", "unsubscribed",
            "emaildisabled", "deletedat", "optout", "optedout", "emailoptout", "hasoptedoutofemail",
            "unsubscribedfromemails", "unsubscribedfromallemail", "donotemail", "abgemeldet",
            "abgemeldetam",
        ),
        SuppressionReason.UNSUBSCRIBED,
    ),
    **dict.fromkeys(
        ("cleantime", "undeliverabilitydate", "bounced", "hardbounced", "bouncedat"),
        SuppressionReason.BOUNCED,
    ),
    **dict.fromkeys(("complained", "complainedat"), SuppressionReason.COMPLAINED),
}  # fmt: skip
# Columns that tell, when they hold a no, that someone has left.
_WANTED = frozenset(
    {"subscribedtoemails", "subscribed", "issubscribed", "emailsubscribed", "optin", "optedin"}
    | {"emailoptin", "acceptsmarketing", "acceptsemailmarketing", "emailmarketingconsent"}
)
# Columns that cannot tell who has left.
_HARMLESS = frozenset(
    {"id", "uuid", "name", "firstname", "lastname", "fullname", "displayname", "givenname"}
    | {"familyname", "surname", "vorname", "nachname", "createdat", "addedat", "subscribedat"}
)
_NO = frozenset(
    {"", "0", "false", "no", "n", "f", "off", "never", "null", "none", "-"} | {"nein", "non"}
)
_YES = frozenset({"1", "true", "yes", "y", "t", "on", "x", "ja", "oui", "subscribed"})
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
_NAMED = re.compile(r"[^<>]*<([^<>]*@[^<>]*)>")  # as a mail program copies a recipient


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list. ``left`` tells why this address gets no mail; None for a reader."""

    address: str
    left: SuppressionReason | None = None
    detail: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a list says what; where none is for addresses, one is wherever an @ is."""

    header: bool
    address: int | None = None
    status: int | None = None
    reason: int | None = None
    since: tuple[int, ...] = ()
    left: tuple[tuple[int, SuppressionReason], ...] = ()
    wanted: tuple[int, ...] = ()
    names: tuple[str, ...] = ()  # of a header

    @classmethod
    def of(cls, cells: Sequence[str]) -> Columns:
        """Return what a file's first line says of its columns; it may be no header."""
        names = [_plain(cell) for cell in cells]
        address, status = _first(names, _ADDRESS), _first(names, _STATUS)
        left = tuple((n, _LEFT[name]) for n, name in enumerate(names) if name in _LEFT)
        wanted = tuple(n for n, name in enumerate(names) if name in _WANTED)
        known = address is not None or status is not None or left or wanted
        if any("@" in cell for cell in cells) or not known:
            return cls(header=False)
        return cls(
            header=True,
            address=address,
            status=status,
            reason=_first(names, _REASON),
            since=tuple(n for n, name in enumerate(names) if name in _SINCE),
            left=left,
            wanted=wanted,
            names=tuple(cells),
        )

    @property
    def tells_who_left(self) -> bool:
        """Does any column say who gets no mail?"""
        return self.status is not None or bool(self.left or self.wanted)

    def unread(self) -> tuple[str, ...]:
        """Return the names of the columns that are not read and might tell who left, fit to show.

        Without a header there are none.
        """
        used = {self.address, self.reason, *self.since}
        names = (
            "".join(c for c in " ".join(name.split()) if c.isprintable())[:_LONGEST_NAME]
            for n, name in enumerate(self.names)
            if n not in used and _plain(name) not in _HARMLESS
        )
        return tuple(filter(None, names))

    def rows(self, cells: Sequence[str]) -> list[Row | str]:
        """Return the row, or what is wrong with it; several where a mail's recipients stand."""
        if not self.header:
            named = [cell for cell in cells if _NAMED.fullmatch(cell)]
            if len(named) > 1:
                return [self.row([cell]) for cell in named]
        return [self.row(cells)]

    def row(self, cells: Sequence[str]) -> Row | str:
        """Return the row, or what is wrong with it."""
        given = self._address(cells)
        named = _NAMED.fullmatch(given)
        try:
            address = normal(named[1] if named else given)
            left = self._left(cells)
        except ValueError as error:
            return str(error)
        since = (_moment(_cell(cells, column)) for column in self.since)
        detail = " ".join(_cell(cells, self.reason).split())[:_LONGEST_CELL] if left else ""
        return Row(address, left, detail, next(filter(None, since), None))

    def _left(self, cells: Sequence[str]) -> SuppressionReason | None:
        """Return why this one gets no mail, None for a reader; ValueError where nobody can tell."""
        status = _plain(_cell(cells, self.status))
        if status in _GONE:
            return _GONE[status]
        for column, reason in self.left:
            if _cell(cells, column).casefold() not in _NO:
                return reason
        wanted = [_cell(cells, column).casefold() for column in self.wanted]
        if any(cell and cell in _NO for cell in wanted):
            return SuppressionReason.UNSUBSCRIBED
        if status not in _READS:
            shown = status[:30] if status.isalpha() else "unknown"
            raise ValueError(
                f"its status is “{shown}”, which is neither a reader's nor that of one who left"
            )
        for column, cell in zip(self.wanted, wanted, strict=True):
            if cell not in _YES and _moment(cell) is None:
                name = _plain(self.names[column])
                raise ValueError(f"its column “{name}” says neither yes nor no")
        return None

    def _address(self, cells: Sequence[str]) -> str:
        if self.address is not None:
            return _cell(cells, self.address)
        return next((cell for cell in cells if "@" in cell), cells[0])


def _plain(text: str) -> str:
    return _PLAIN.sub("", text.casefold())


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
