"""What went wrong with a request, in words for a person."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from digest.errors import AddressError, FetchError


class Trouble(Exception):  # noqa: N818 - becomes a FetchError at the edge
    """Why a request failed; ``passing``: it may well work a moment later; ``refused``: by us.

    ``address`` is where an answer with a ``status`` of trouble came from.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        passing: bool = False,
        colon: bool = False,
        refused: bool = False,
        address: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.passing = passing
        self.colon = colon
        self.refused = refused
        self.address = address

    def for_url(self, url: str) -> FetchError:
        """Return the error for whoever asked for ``url``."""
        message = printable(f"{shown(url)}{':' if self.colon else ''} {self}")
        kind = AddressError if self.refused else FetchError
        return kind(url, message, status=self.status, retry_after=self.retry_after)


def shown(url: str) -> str:
    """Return the URL as a message may show it: no password, no control characters, not endless."""
    try:
        parts = urlsplit(url)
        if "@" in parts.netloc:
            url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError:
        url = url.rpartition("@")[2]
    return printable(url)[:300]


def printable(text: str) -> str:
    """Return the text with a question mark for each character that cannot be shown."""
    return "".join(char if char.isprintable() else "?" for char in text)


def reason(error: BaseException) -> str:
    """Return what an exception says, or its name when it says nothing."""
    return str(error)[:200].rstrip(".") or type(error).__name__
