"""The error tree.

    DigestError
    ├─ ItemError                   skip the item, record a Problem, go on
    │  ├─ FetchError(url, status, retry_after)
    │  │  ├─ AddressError          the address may not be reached: private, or a name for one
    │  │  ├─ PutOffError           not asked: the site asked to be left alone for a while
    │  │  └─ RobotsError           not asked: its robots.txt keeps us out
    │  ├─ FeedError
    │  │  └─ WebPageError(feeds)   a web page in the place of a feed
    │  ├─ ArticleError
    │  ├─ WorkerError              a worker process was too slow, too big, or died
    │  ├─ BriefError
    │  │  └─ ModelError            the language model gave nothing usable
    │  │     └─ ModelUnavailable   and will not in this run (wrong key, no such model): stop asking
    │  ├─ EmbeddingError           the embedding model or server gave no usable vectors
    │  ├─ MailError(code)          one message to one address was not taken
    │  │  ├─ MailDeferred          the server said "later", or was lost before the end
    │  │  ├─ MailRefused           the server said no, to the address or to the message
    │  │  └─ MailUncertain         the server was lost after the end, before its answer
    │  └─ MailboxError             the mailbox for bounces cannot be read
    └─ RunError                    stop the run
       ├─ ConfigError(key)         exit 2
       ├─ StoreError               exit 1
       ├─ RenderError              exit 1
       ├─ BusyError                exit 1, another run holds the lease
       └─ DeliveryError(output)    exit 3, after every output was tried

Each prints as one sentence that names the thing. Adapters turn foreign exceptions into these,
in one place, with ``raise … from``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class DigestError(Exception):
    """Any error of ours; ``str()`` is one clear sentence for a person."""

    exit_code = 1


class ItemError(DigestError):
    """One item is lost; the run goes on."""


@asynccontextmanager
async def contained(name: str) -> AsyncIterator[None]:
    """Turn any error that is none of ours into an ItemError, which names the thing.

    The last net under what strangers sent: what nobody thought of costs one item, not the run.
    """
    try:
        yield
    except DigestError:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:200]
        said = "".join(char if char.isprintable() else "?" for char in said)
        raise ItemError(f"{name} cannot be read (unexpected {said})") from error


class FetchError(ItemError):
    """A URL gave no usable answer. ``status`` is None where no HTTP answer came at all."""

    def __init__(
        self, url: str, message: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.url = url
        self.status = status
        self.retry_after = retry_after  # seconds


class AddressError(FetchError):
    """A URL leads to an address that may not be reached; nobody should be sent there either."""


class PutOffError(FetchError):
    """Not asked: the site asked to be left alone for a while. ``retry_after`` says how long."""


class RobotsError(FetchError):
    """Not asked: the site's robots.txt keeps programs such as this one out."""


class FeedError(ItemError):
    """A body could not be read as a feed."""


class WebPageError(FeedError):
    """What should be a feed is a web page; ``feeds`` are the addresses of feeds it names."""

    def __init__(self, message: str, feeds: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.feeds = feeds


class ArticleError(ItemError):
    """A page could not be read as an article."""


class WorkerError(ItemError):
    """A worker process was too slow, too big, or died."""


class BriefError(ItemError):
    """A story could not be written."""


class ModelError(BriefError):
    """The language model gave nothing usable for this one request."""


class ModelUnavailable(ModelError):  # noqa: N818 - a state of the server, named so
    """The language model will not answer in this run; it is said once and not asked again."""


class EmbeddingError(ItemError):
    """The embedding model or server gave no usable vectors."""


class MailError(ItemError):
    """One message to one address was not taken. ``code`` is SMTP's, None where none came."""

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class MailDeferred(MailError):  # noqa: N818 - what the server said, named so
    """Nothing was delivered; it may be later."""


class MailRefused(MailError):  # noqa: N818
    """Refused for good.

    ``address_at_fault`` tells whether it is the address that takes no mail; otherwise the server
    refuses the message, its sender or this client, and other addresses would fare no better.
    """

    def __init__(
        self, message: str, *, code: int | None = None, address_at_fault: bool = False
    ) -> None:
        super().__init__(message, code=code)
        self.address_at_fault = address_at_fault


class MailUncertain(MailError):  # noqa: N818
    """The whole message had gone out when the connection was lost: it may have been delivered."""


class MailboxError(ItemError):
    """The mailbox for bounces cannot be read."""


class RunError(DigestError):
    """The run stops."""


class ConfigError(RunError):
    """The configuration is wrong; ``key`` is the dotted key at fault, or '' for the file."""

    exit_code = 2

    def __init__(self, message: str, *, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class StoreError(RunError):
    """The store cannot be opened, read or written."""


class RenderError(RunError):
    """A template cannot be rendered; the message names the file and the line."""


class BusyError(RunError):
    """Another run holds the lease on this store."""


class DeliveryError(RunError):
    """An output could not be delivered."""

    exit_code = 3

    def __init__(self, output: str, message: str) -> None:
        super().__init__(message)
        self.output = output
