import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from digest.adapters.workers import ProcessWorkers
from digest.errors import FeedError, FetchError, WorkerError
from tests.worker_tasks import (
    eat_memory,
    fail_with,
    give_what_cannot_travel,
    imported_the_program,
    kill_itself,
    leave,
    mark_and_wait,
    pid_after,
    received_interrupt_is_ignored,
    spin_in_c,
)


def run(work: Callable[[ProcessWorkers], Awaitable[object]], **options: float) -> object:
    async def inner() -> object:
        async with ProcessWorkers(int(options.pop("processes", 1)), **options) as workers:  # type: ignore[arg-type]
            return await work(workers)

    return asyncio.run(inner())


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and ") Z " in stat.read_text())


def test_work_is_done_in_another_process_and_its_size_is_known() -> None:
    async def work(workers: ProcessWorkers) -> None:
        assert workers.peak_rss_mb() == 0
        pids = {await workers.run(pid_after, 0) for _ in range(3)}
        assert len(pids) == 1
        assert os.getpid() not in pids
        assert 5 < workers.peak_rss_mb() < 1_000
        assert await workers.run(len, b"x" * 5_000_000) == 5_000_000

    run(work)


def test_no_process_starts_without_work() -> None:
    program = """
import asyncio, sys, threading
from digest.adapters.workers import ProcessWorkers
async def main():
    async with ProcessWorkers(2) as workers:
        assert workers.peak_rss_mb() == 0
asyncio.run(main())
assert "pebble" not in sys.modules
assert threading.active_count() == 1
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)


def test_a_slow_task_is_stopped_and_only_that_one() -> None:
    async def work(workers: ProcessWorkers) -> None:
        await workers.run(pid_after, 0)
        began = time.monotonic()
        slow, stuck, *quick = await asyncio.gather(
            workers.run(pid_after, 60),
            workers.run(spin_in_c),
            *(workers.run(pid_after, 0.01) for _ in range(10)),
            return_exceptions=True,
        )
        assert isinstance(slow, WorkerError)
        assert isinstance(stuck, WorkerError)
        assert str(slow) == str(stuck) == "took longer than 1.5 s and was stopped"
        assert all(isinstance(pid, int) for pid in quick)
        assert time.monotonic() - began < 15

    run(work, processes=2, timeout=1.5)


def test_the_time_limit_counts_from_the_start_of_the_work_not_from_the_wait() -> None:
    async def work(workers: ProcessWorkers) -> None:
        results = await asyncio.gather(*(workers.run(pid_after, 0.7) for _ in range(4)))
        assert len(results) == 4

    run(work, timeout=2)


@pytest.mark.parametrize(
    ("function", "argument", "message"),
    [
        (leave, 7, "the worker process ended itself (exit code 7)"),
        (kill_itself, None, "the worker process was killed (signal 9)"),
    ],
)
def test_a_worker_that_dies_is_replaced(
    function: Callable[..., None], argument: object, message: str
) -> None:
    async def work(workers: ProcessWorkers) -> None:
        first = await workers.run(pid_after, 0)
        arguments = [] if argument is None else [argument]
        with pytest.raises(WorkerError, match=re.escape(message)):
            await workers.run(function, *arguments)
        assert await workers.run(pid_after, 0) != first

    run(work)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is kept by Linux only")
def test_a_task_that_needs_too_much_memory_fails_alone() -> None:
    async def work(workers: ProcessWorkers) -> None:
        with pytest.raises(WorkerError, match="needed more than 400 MB of memory"):
            await workers.run(eat_memory, 2_000)
        assert await workers.run(eat_memory, 20) == 20 * 1024 * 1024

    run(work, memory_mb=400)


def test_errors_of_an_item_come_back_as_they_are() -> None:
    async def work(workers: ProcessWorkers) -> None:
        with pytest.raises(FetchError, match="answered 503") as caught:
            await workers.run(fail_with, "fetch")
        assert (caught.value.url, caught.value.status) == ("https://ex.test/", 503)
        with pytest.raises(FeedError, match="no feed"):
            await workers.run(fail_with, "feed")

    run(work)


def test_any_other_error_becomes_one_that_names_its_type() -> None:
    async def work(workers: ProcessWorkers) -> None:
        pid = await workers.run(pid_after, 0)
        with pytest.raises(WorkerError, match="KeyError: 'missing'") as caught:
            await workers.run(fail_with, "other")
        assert "fail_with" in caught.value.__notes__[0]
        for kind, name in [("exit", "SystemExit"), ("deep", "Recursion"), ("odd", "FeedError")]:
            with pytest.raises(WorkerError, match=name):
                await workers.run(fail_with, kind)
        with pytest.raises(WorkerError, match="could not be worked on"):
            await workers.run(give_what_cannot_travel)
        assert await workers.run(pid_after, 0) == pid  # none of this cost a process

    run(work)


def test_a_broken_pool_is_made_anew() -> None:
    async def work(workers: ProcessWorkers) -> None:
        await workers.run(pid_after, 0)
        assert workers._pool is not None
        pool = workers._pool.result()
        pool.stop()  # type: ignore[no-untyped-call]
        assert await workers.run(pid_after, 0) != os.getpid()
        assert workers._pool.result() is not pool
        pool.join()

    run(work)


def test_an_idle_worker_that_dies_is_replaced() -> None:
    async def work(workers: ProcessWorkers) -> None:
        pid = await workers.run(pid_after, 0)
        os.kill(pid, signal.SIGKILL)
        assert await workers.run(pid_after, 0) != pid
        os.kill(await workers.run(pid_after, 0), signal.SIGKILL)
        await asyncio.sleep(0.3)  # long enough for the pool to notice
        assert await workers.run(pid_after, 0) != pid

    run(work)


def test_workers_that_fall_silent_are_replaced() -> None:
    async def work(workers: ProcessWorkers) -> None:
        pid = await workers.run(pid_after, 0)
        os.kill(pid, signal.SIGSTOP)  # it takes up no task, so no time limit of a task applies
        asyncio.get_running_loop().call_later(3, os.kill, pid, signal.SIGCONT)
        assert await workers.run(pid_after, 0) != pid

    run(work, timeout=1.5, patience=0.5)


def test_workers_ignore_an_interrupt_and_do_not_import_the_program_again() -> None:
    async def work(workers: ProcessWorkers) -> None:
        assert await workers.run(received_interrupt_is_ignored) != os.getpid()
        assert not await workers.run(imported_the_program)

    run(work)


def test_closing_ends_workers_at_once_and_fails_what_waits() -> None:
    async def main() -> None:
        workers = ProcessWorkers(1, timeout=60)
        pid = await workers.run(pid_after, 0)
        tasks = [asyncio.create_task(workers.run(pid_after, 60)) for _ in range(3)]
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await workers.close()
        assert time.monotonic() - began < 2
        assert not alive(pid)
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(result, WorkerError)
        with pytest.raises(WorkerError, match="stopped"):
            await workers.run(pid_after, 0)
        await workers.close()

    asyncio.run(main())


def test_a_cancelled_caller_leaves_nothing_running(tmp_path: Path) -> None:
    async def work(workers: ProcessWorkers) -> None:
        starting = asyncio.create_task(workers.run(pid_after, 0))
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        pid = await workers.run(pid_after, 0)
        task = asyncio.create_task(workers.run(mark_and_wait, str(tmp_path / "begun")))
        while not (tmp_path / "begun").exists():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await workers.run(pid_after, 0) != pid
        assert not alive(pid)

    run(work, timeout=30)


def test_a_program_without_a_guard_is_not_run_twice_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        """
import asyncio, os, time
from digest.adapters.workers import ProcessWorkers
print("started", flush=True)
async def main():
    async with ProcessWorkers(2) as workers:
        print("worker", await workers.run(os.getpid), flush=True)
        await workers.run(time.sleep, 60)
asyncio.run(main())
"""
    )
    process = subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(2)]
    assert lines[0] == "started\n"
    worker = int(lines[1].split()[1])
    time.sleep(0.3)  # asyncio may miss a signal in the instant before its loop begins to wait
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: every process of the group
    output, errors = process.communicate(timeout=10)
    assert output == ""
    assert errors.count("Traceback") <= 2  # the program's own KeyboardInterrupt
    assert "pebble" not in errors.replace("asyncio", "")
    assert not alive(worker)
