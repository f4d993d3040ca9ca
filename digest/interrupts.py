"""Ctrl-C, and what service managers send, in the middle of work."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Coroutine
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Return what ``work`` returns; Ctrl-C cancels it at once and raises KeyboardInterrupt.

    asyncio.run by itself may sleep through a signal that arrives just before its loop begins to
    wait; a handler of the loop's own wakes it. Where Ctrl-C is ignored or somebody else's, it
    stays so.
    """
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    import asyncio

    interrupted = False

    async def watched() -> T:
        nonlocal interrupted
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def interrupt() -> None:
            nonlocal interrupted
            interrupted = True
            if task is not None:
                task.cancel()

        loop.add_signal_handler(signal.SIGINT, interrupt)
        try:
            return await work
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    try:
        return asyncio.run(watched() if ours else work)
    except asyncio.CancelledError:
        if interrupted:
            raise KeyboardInterrupt from None
        raise


def end_as_by_hand() -> None:
    """Have SIGTERM end this process as Ctrl-C does: what is in hand is finished or handed back."""

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, signal.SIG_DFL):
            raise KeyboardInterrupt  # it would not be heard, as in a job that a script started
        os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGTERM, interrupt)
