"""The processes of a pool: started clean, ended at once."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import context, set_forkserver_preload
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import TYPE_CHECKING, Any

from digest.adapters.workers import task

if TYPE_CHECKING:
    from pebble import ProcessPool


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


def start(processes: int, memory_mb: int) -> ProcessPool:
    """Return a pool whose workers are bounded in memory; raises BrokenProcessPool."""
    from pebble import ProcessPool

    # Forked from a server that has imported everything where that is safe, 0.24 s sooner for two
    # workers than fresh interpreters. Never from this process, whose threads would not survive it.
    chosen = _ForkContext() if sys.platform == "linux" else _SpawnContext()
    if sys.platform == "linux":
        set_forkserver_preload(list(task.PRELOADED))
    pool = ProcessPool(
        max_workers=processes, initializer=task.prepare, initargs=(memory_mb,), context=chosen
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


def stop(pool: ProcessPool) -> None:
    """End every process of a pool, whatever it is at."""
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def death(error: OSError) -> str:
    """Return how a worker ended that gave no answer, in words."""
    code = getattr(error, "exitcode", None)
    if not isinstance(code, int):
        return f"the worker process failed ({str(error)[: task.LONGEST_REASON]})"
    if code < 0:
        return f"the worker process was killed (signal {-code})"
    return f"the worker process ended itself (exit code {code})"
