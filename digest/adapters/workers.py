"""Processes for work on untrusted bytes: each task can be killed, and loses nothing but itself.

Over pebble's ProcessPool, which kills a worker whose task takes too long and starts another. What
is added here: a memory limit, errors that keep their types, and a pool that is made anew where
pebble's own breaks or falls silent (its workers share one lock; one that dies with it in hand
leaves the others waiting, pebble issue 163).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import context, set_forkserver_preload
from multiprocessing.process import BaseProcess
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from digest.errors import ItemError, WorkerError

if TYPE_CHECKING:
    from pebble import ProcessPool

T = TypeVar("T")

# Imported once, before workers are forked; a name that is missing is left out.
_PRELOADED = (
    "digest.core.feeds",
    "digest.core.articles",
    "feedparser",
    "lxml.html",
    "lxml_html_clean",
    "tldextract",
    "trafilatura",
    "pebble.pool.process",
)
# MiB: two workers, the server they are forked from and the main process stay under 600 together.
# The heaviest honest page, 5 MB of nothing but text, needs 176 (benchmarks.hostile).
MEMORY_MB = 208
_STOPPED = "stopped before it was done"
_LONGEST_REASON = 200  # characters


class ProcessWorkers:
    """Workers in processes of their own; an asynchronous context manager.

    ``processes`` of them (by default one per usable core) start with ``prepare`` or the first
    task, so a run without work starts none. A task may take ``timeout`` seconds from the moment a
    worker takes it up, and on Linux ``memory_mb`` MiB of data. Where nothing at all finishes for
    ``patience`` seconds longer than that, the processes are started anew. The caller bounds how
    many tasks wait.
    """

    def __init__(
        self,
        processes: int | None = None,
        *,
        timeout: float = 10.0,
        memory_mb: int = MEMORY_MB,
        patience: float = 20.0,
    ) -> None:
        self._processes = max(1, processes or usable_cores())
        self._timeout = timeout
        self._memory_mb = memory_mb
        self._silence = timeout + patience
        self._pool: asyncio.Task[ProcessPool] | None = None
        self._closed = False
        # Tasks written out for a worker: the others' bytes are held once, by whoever asks.
        self._places = asyncio.Semaphore(2 * self._processes)
        self._waiting: set[asyncio.Future[tuple[int, float, bytes]]] = set()
        self._finished_at = 0.0  # when a task last finished, by the loop's clock
        self._peaks: dict[int, float] = {}  # MiB by process id

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def run(self, function: Callable[..., T], *args: object) -> T:
        """Return ``function(*args)``, computed in a worker. ``function`` is importable by name.

        ItemErrors come back as they are. Raises WorkerError where the task took too long or too
        much memory, ended its process, or raised anything else.
        """
        async with self._places:
            task = pickle.dumps((function, args), pickle.HIGHEST_PROTOCOL)
            try:
                reply = await self._reply(task)
            except BrokenProcessPool:
                # Another task may have been the cause; this one gets one more chance.
                try:
                    reply = await self._reply(task)
                except BrokenProcessPool as error:
                    raise WorkerError("the worker processes broke down twice") from error
        return cast("T", _unpacked(reply, self._memory_mb))

    def prepare(self) -> None:
        """Start the processes now, in the background: work is sure to come."""
        if not self._closed:
            self._started()

    def peak_rss_mb(self) -> float:
        """Return the sum of the workers' peak resident sizes so far, in MiB.

        Each worker reports its peak with every result. Where killed workers were replaced, only as
        many as can live at a time are counted, the largest. Pages that workers share count in each
        of them, so the sum is rather too high than too low.
        """
        return sum(sorted(self._peaks.values(), reverse=True)[: self._processes])

    async def close(self) -> None:
        """End every worker at once; tasks still waiting raise WorkerError."""
        self._closed = True
        for future in self._waiting:
            future.cancel()
        if self._pool is not None:
            await asyncio.shield(self._abandon(self._pool))

    async def _reply(self, task: bytes) -> bytes:
        """Return a worker's answer to one task; raises BrokenProcessPool with the pool gone."""
        if self._closed:
            raise WorkerError(_STOPPED)
        pool = self._started()
        try:
            # The task outlives a caller who is cancelled, so that close() can end the processes.
            return await self._ask(await asyncio.shield(pool), task)
        except BrokenProcessPool:
            await self._abandon(pool)
            raise

    def _started(self) -> asyncio.Task[ProcessPool]:
        if self._pool is None:
            # In a thread: the first worker is forked once all modules are imported.
            self._pool = asyncio.create_task(
                asyncio.to_thread(_start, self._processes, self._memory_mb)
            )
        return self._pool

    async def _ask(self, pool: ProcessPool, task: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            future = asyncio.wrap_future(
                pool.schedule(_work, args=(task,), timeout=self._timeout), loop=loop
            )
        except RuntimeError as error:  # pebble: the pool is not active
            raise BrokenProcessPool(str(error)) from error
        self._waiting.add(future)
        asked_at = loop.time()
        try:
            while not (await asyncio.wait({future}, timeout=self._silence))[0]:
                if loop.time() - max(self._finished_at, asked_at) >= self._silence:
                    raise BrokenProcessPool("the workers fell silent")
            if future.cancelled():
                raise WorkerError(_STOPPED)
            pid, peak_mb, reply = future.result()
        except TimeoutError as error:
            raise WorkerError(f"took longer than {self._timeout:g} s and was stopped") from error
        except OSError as error:  # pebble's ProcessExpired is one
            raise WorkerError(_death(error)) from error
        finally:
            self._waiting.discard(future)
            future.cancel()
            self._finished_at = loop.time()
        self._peaks[pid] = max(peak_mb, self._peaks.get(pid, 0.0))
        return reply

    async def _abandon(self, pool: asyncio.Task[ProcessPool]) -> None:
        """End a pool's processes, once, and forget it."""
        if self._pool is pool:
            self._pool = None
            with contextlib.suppress(BrokenProcessPool):
                await asyncio.to_thread(_stop, await pool)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --- the pool, in the main process -----------------------------------------------------------


@contextlib.contextmanager
def _bare_main() -> Iterator[None]:
    """Keep new processes from importing the program's main module again.

    They would run the whole command line's imports, and scripts without a guard would run twice.
    Tasks are named by module and never live there.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class _ForkedProcess(context.ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802 - the library's name
        with _bare_main():
            return context.ForkServerProcess._Popen(process_obj)


class _SpawnedProcess(context.SpawnProcess):
    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802 - the library's name
        with _bare_main():
            return context.SpawnProcess._Popen(process_obj)


class _ForkContext(context.ForkServerContext):
    Process = _ForkedProcess


class _SpawnContext(context.SpawnContext):
    Process = _SpawnedProcess


def _start(processes: int, memory_mb: int) -> ProcessPool:
    from pebble import ProcessPool

    # Forked from a server that has imported everything where that is safe, 0.24 s sooner for two
    # workers than fresh interpreters. Never from this process, whose threads would not survive it.
    chosen = _ForkContext() if sys.platform == "linux" else _SpawnContext()
    if sys.platform == "linux":
        set_forkserver_preload(list(_PRELOADED))
    pool = ProcessPool(
        max_workers=processes, initializer=_prepare, initargs=(memory_mb,), context=chosen
    )
    # Ctrl-C reaches every process of the terminal. This thread's mask is inherited by the server
    # and by all workers, so that only the main process answers it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        if not pool.active:  # asking starts it
            raise BrokenProcessPool("no worker process could be started")
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    return pool


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _death(error: OSError) -> str:
    code = getattr(error, "exitcode", None)
    if not isinstance(code, int):
        return f"the worker process failed ({str(error)[:_LONGEST_REASON]})"
    if code < 0:
        return f"the worker process was killed (signal {-code})"
    return f"the worker process ended itself (exit code {code})"


def _unpacked(reply: bytes, memory_mb: int) -> object:
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


# --- the work, in a worker process -----------------------------------------------------------


def _prepare(memory_mb: int) -> None:
    """Make a worker ready: killed at once when told to end, and bounded in memory."""
    # Python's own handler would wait for the end of a call into C, and pebble with it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":  # macOS takes the limit and does not keep it
        import resource

        limit = memory_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    else:
        for name in _PRELOADED:
            with contextlib.suppress(ImportError):
                import_module(name)


def _work(task: bytes) -> tuple[int, float, bytes]:
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
    reason = f"{type(error).__name__}: {error!s:.{_LONGEST_REASON}}".rstrip(": ")
    if isinstance(error, MemoryError):
        reason = "memory"
    trace = "".join(traceback.format_exception(error, limit=-20))[-8_000:]
    return pickle.dumps((reason, trace))


def _peak_mb() -> float:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
