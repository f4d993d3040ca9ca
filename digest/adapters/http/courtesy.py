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
        if hop == asked:
            raise
        message = printable(f"{shown(asked)} leads elsewhere: {error}")
        raise type(error)(
            asked, message, status=error.status, retry_after=error.retry_after
        ) from error
