"""Tasks for worker processes, one answer each.

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
import sys
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar, cast

from digest.adapters.workers.processes import death, start, stop
from digest.adapters.workers.task import unpacked, work
from digest.errors import WorkerError

if TYPE_CHECKING:
    from pebble import ProcessPool

T = TypeVar("T")

# MiB: two workers, the server they are forked from and the main process stay under 600 together.
# The heaviest honest page, 5 MB of nothing but text, needs 176 (benchmarks.hostile).
MEMORY_MB = 208
_STOPPED = "stopped before it was done"


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
        return cast("T", unpacked(reply, self._memory_mb))

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
                asyncio.to_thread(start, self._processes, self._memory_mb)
            )
        return self._pool

    async def _ask(self, pool: ProcessPool, task: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            future = asyncio.wrap_future(
                pool.schedule(work, args=(task,), timeout=self._timeout), loop=loop
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
            raise WorkerError(death(error)) from error
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
                await asyncio.to_thread(stop, await pool)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
