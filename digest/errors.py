"""The error tree.

    DigestError
    ├─ ItemError                   skip the item, record a Problem, go on
    │  ├─ FetchError(url, status, retry_after)
    │  │  └─ AddressError          the address may not be reached: private, or a name for one
    │  ├─ FeedError
    │  ├─ ArticleError
    │  ├─ WorkerError              a worker process was too slow, too big, or died
    │  └─ BriefError
    │     └─ ModelError            the language model gave nothing usable
    │        └─ ModelUnavailable   and will not in this run (wrong key, no such model): stop asking
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


class DigestError(Exception):
    """Any error of ours; ``str()`` is one clear sentence for a person."""

    exit_code = 1


class ItemError(DigestError):
    """One item is lost; the run goes on."""


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


class FeedError(ItemError):
    """A body could not be read as a feed."""


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
