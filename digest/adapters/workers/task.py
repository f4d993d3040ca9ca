"""One task in a worker process, and its outcome on the way back."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import traceback
from importlib import import_module

from digest.errors import ItemError, WorkerError

# Imported once, before workers are forked; a name that is missing is left out.
PRELOADED = (
    "digest.core.feeds",
    "digest.core.articles",
    "feedparser",
    "lxml.html",
    "lxml_html_clean",
    "tldextract",
    "trafilatura",
    "pebble.pool.process",
)
LONGEST_REASON = 200  # characters


def prepare(memory_mb: int) -> None:
    """Make a worker ready: killed at once when told to end, and bounded in memory."""
    # Python's own handler would wait for the end of a call into C, and pebble with it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":  # macOS takes the limit and does not keep it
        import resource

        limit = memory_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    else:
        for name in PRELOADED:
            with contextlib.suppress(ImportError):
                import_module(name)


def work(task: bytes) -> tuple[int, float, bytes]:
    """Return this process's id, its peak size in MiB, and the pickled outcome of the task."""
    try:
        function, args = pickle.loads(task)  # noqa: S301 - written by our own main process
        outcome: tuple[object, ...] = ("value", function(*args))
        reply = pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # the border: nothing else may cross it
        reply = _packed(error)
    return os.getpid(), _peak_mb(), reply


def _packed(error: BaseException) -> bytes:
    if isinstance(error, ItemError):
        with contextlib.suppress(Exception):
            reply = pickle.dumps(("item", type(error), error.args, vars(error)))
            pickle.loads(reply)  # noqa: S301 - our own, a moment ago
            return reply
    reason = f"{type(error).__name__}: {error!s:.{LONGEST_REASON}}".rstrip(": ")
    if isinstance(error, MemoryError):
        reason = "memory"
    trace = "".join(traceback.format_exception(error, limit=-20))[-8_000:]
    return pickle.dumps((reason, trace))


def unpacked(reply: bytes, memory_mb: int) -> object:
    """Return the value in a worker's reply, or raise the error in it."""
    match pickle.loads(reply):  # noqa: S301 - written by our own worker
        case ("value", value):
            return value
        case ("item", kind, args, state):
            # Made without __init__, which may take more than the message alone.
            error: ItemError = kind.__new__(kind, *args)
            error.__dict__.update(state)
            raise error
        case ("memory", trace):
            failed = WorkerError(f"needed more than {memory_mb} MB of memory")
        case (reason, trace):
            failed = WorkerError(f"could not be worked on ({reason})")
    failed.add_note(trace)
    raise failed


def _peak_mb() -> float:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
