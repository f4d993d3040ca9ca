"""Sends an edition as the program does, to be killed: STORE PORT CONNECTIONS [again].

Prints the result's status, and leaves the store as the ledger has it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import newsletter
from digest.adapters.store import SqlStore


def main() -> None:
    file, port, connections, *again = sys.argv[1:]
    with SqlStore.open(f"sqlite:///{Path(file)}") as store:
        output = newsletter.output(store, int(port), int(connections), again=bool(again))
        result = output.deliver(newsletter.edition(), newsletter.rendered(2000))
    sys.stdout.write(f"{result.status} {result.detail}\n")


if __name__ == "__main__":
    main()
