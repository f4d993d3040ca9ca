"""How fast an edition goes out, against bare smtplib: ``python -m benchmarks.delivery``.

The edition is sent to ``--messages`` readers (1,000), in messages of about each ``--size`` in
bytes (20,000; 45,000, which is an edition of six stories; 90,000, about the most that is sent),
over 1, 4 and 16 connections: composed once, each message claimed in a store on this disk before
it leaves, and marked after. Beside it the same messages, made before, are sent by as many threads
with ``smtplib.SMTP.sendmail`` in a loop. Both send to postfix's ``smtp-sink``, a process of its
own; where that is missing, to one of aiosmtpd, which is much slower, so that it measures the
server more than the sender.

The two take turns, ``--rounds`` times (5), and who begins changes. The last line printed is one
JSON object; its ``rows`` hold ``what``, ``figure`` (our messages a second, the median),
``reference`` (smtplib's) and ``ratio`` (the median of figure ÷ reference of each round).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import newsletter

CONNECTIONS = (1, 4, 16)


def main() -> None:
    """Measure, print a table, and the JSON object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery")
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--size", type=int, action="append", help="20000, 45000 and 90000")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if min(given.messages, given.rounds, *(given.size or [1])) < 1:
        parser.error("give whole numbers from 1 on")
    figures = measure(given.messages, given.size or [20_000, 45_000, 90_000], given.rounds)
    print(_table(figures))
    print(json.dumps(figures))


def measure(messages: int, sizes: list[int], rounds: int) -> dict[str, Any]:
    """Return the figures; ends the program where a message was not taken."""
    rows = []
    with _sink() as (sink, port), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in sizes:
            for connections in CONNECTIONS:
                pairs = [
                    _pair(folder, port, connections, messages, size, ours_first=n % 2 == 0)
                    for n in range(rounds + 1)
                ][1:]  # the first one warms up
                rows.append(_row(_what(connections, size), pairs))
    return {"messages": messages, "rounds": rounds, "sink": sink, "rows": rows}


def _pair(
    folder: Path, port: int, connections: int, messages: int, size: int, *, ours_first: bool
) -> tuple[float, float]:
    """Return our messages a second and smtplib's, one run after the other."""
    file = folder / "digest.db"
    file.unlink(missing_ok=True)
    newsletter.stored(file, messages)
    made = newsletter.messages(file, size)
    if not ours_first:
        bare = newsletter.send_bare(made, port, connections)
    ours, result = newsletter.send(file, port, connections, size)
    if result.status != "done":
        sys.exit(f"benchmarks.delivery: {result.status}: {result.detail}")
    if ours_first:
        bare = newsletter.send_bare(made, port, connections)
    return messages / ours, messages / bare


def _what(connections: int, size: int) -> str:
    return f"{connections} connection{'s' if connections > 1 else ''}, {size} bytes"


def _row(what: str, pairs: list[tuple[float, float]]) -> dict[str, Any]:
    return {
        "what": what,
        "figure": round(median(ours for ours, _ in pairs), 1),
        "reference": round(median(bare for _, bare in pairs), 1),
        "ratio": round(median(ours / bare for ours, bare in pairs), 3),
        "ratios": [round(ours / bare, 3) for ours, bare in pairs],
    }


@contextmanager
def _sink() -> Iterator[tuple[str, int]]:
    """Give the name and port of a server that takes all mail, for the length of a block."""
    program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        name, command = "aiosmtpd", [sys.executable, "-m", "benchmarks.mailsink"]
    else:
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        name, port = "smtp-sink", _free_port()
        command = [program, *user, f"127.0.0.1:{port}", "100"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            if program is None:
                assert server.stdout is not None
                port = int(server.stdout.readline())
            _wait_for(port)
            yield name, port
        finally:
            server.kill()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("benchmarks.delivery: the mail server did not start")


def _table(figures: dict[str, Any]) -> str:
    lines = [f"{'':<30}{'ours':>10}{'smtplib':>10}{'ratio':>8}"]
    lines += [
        f"{row['what']:<30}{row['figure']:>8.0f}/s{row['reference']:>8.0f}/s{row['ratio']:>8.2f}"
        for row in figures["rows"]
    ]
    return "\n".join([*lines, "", f"{figures['messages']} messages to {figures['sink']}"])


if __name__ == "__main__":
    main()
