"""lemon24/reader updating the invented feeds: ``… FILE FEEDS PORT WORKERS`` (benchmarks.feeds).

reader is left as it is: its own session, its own threads, its own storage. Only the names of this
process lead elsewhere: what ends in ".test" resolves to the server on loopback, as it would with
a line in the machine's hosts file. Prints a JSON object of seconds and counts.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from functools import partial
from typing import Any

from reader import make_reader

from benchmarks import largefeeds

_system = socket.getaddrinfo


def main() -> None:
    """Update once, and print what it took."""
    file, feeds, port, workers = sys.argv[1], *map(int, sys.argv[2:])
    socket.getaddrinfo = partial(_names, port)
    reader = make_reader(file)
    for url in largefeeds.addresses(feeds):
        reader.add_feed(url, exist_ok=True)
    cpu = time.process_time()
    began = time.perf_counter()
    reader.update_feeds(workers=workers, scheduled=False)
    seconds = time.perf_counter() - began
    done = {"seconds": seconds, "cpu_before": cpu, "entries": reader.get_entry_counts().total}
    broken = reader.get_feed_counts().broken
    reader.close()
    print(json.dumps({**done, "failed": broken}))


def _names(port: int, host: str | bytes | None, service: Any, *args: Any, **options: Any) -> Any:
    if isinstance(host, str) and host.endswith(".test"):
        return _system("127.0.0.1", port, *args, **options)
    return _system(host, service, *args, **options)


if __name__ == "__main__":
    main()
