"""Between a fetch and its manners: what is asked of them, and what they are told."""

from __future__ import annotations

from digest.adapters.http.trouble import Trouble, printable, shown
from digest.core.polling import BUSY
from digest.errors import FetchError
from digest.ports import Manners


def told(trouble: Trouble, url: str, manners: Manners | None) -> FetchError:
    """Return the error for whoever asked for ``url``; a site that wants to be left alone is noted.

    It is the site that answered, at the end of the redirects.
    """
    if manners is not None and trouble.status in BUSY:
        manners.refused(trouble.address, trouble.status, trouble.retry_after)
    return trouble.for_url(url)


async def pause(manners: Manners, asked: str, hop: str) -> float:
    """Return the pause that ``hop`` wants between requests; errors name what was asked for."""
    try:
        return await manners.before(hop)
    except FetchError as error:
        raise _named(error, asked, hop) from error


def check(manners: Manners, asked: str, hop: str) -> None:
    """Raise the error for a site that asked to be left alone while ``hop`` waited for its turn."""
    if (off := manners.put_off(hop)) is not None:
        raise _named(off, asked, hop)


def _named(error: FetchError, asked: str, hop: str) -> FetchError:
    if hop == asked:
        return error
    message = printable(f"{shown(asked)} leads elsewhere: {error}")
    return type(error)(asked, message, status=error.status, retry_after=error.retry_after)
