"""The digest gathering the invented feeds: ``… CONFIG AT`` (benchmarks.feeds).

``pipeline.poll``, a run's first half, wired by the application from a configuration: the real
fetcher, worker processes and store. Prints a JSON object of seconds and counts.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from digest import pipeline
from digest.app.parts import Unwatched, choices_of, open_store, world_of
from digest.app.surroundings import read_config
from digest.config import Config
from digest.gathering import Gathered


def main() -> None:
    """Gather once, and print what it took."""
    config = read_config(Path(sys.argv[1]))
    print(json.dumps(asyncio.run(_measured(config, datetime.fromisoformat(sys.argv[2])))))


async def _measured(config: Config, now: datetime) -> dict[str, object]:
    with open_store(config) as store:
        async with world_of(config, store, progress=Unwatched()) as world:
            feeds, choices = config.feed_list(), choices_of(config)
            cpu = time.process_time()
            began = time.perf_counter()
            gathered = await pipeline.poll(
                choices, feeds, world, now=now, comes=now, least=timedelta()
            )
            seconds = time.perf_counter() - began
            peak = world.workers.peak_rss_mb() + world.meter.rss_mb()
    return {"seconds": seconds, "cpu_before": cpu, "peak_rss_mb": peak, **_counts(gathered)}


def _counts(gathered: Gathered) -> dict[str, object]:
    return {
        "entries": sum(feed.entries for feed in gathered.feeds),
        "articles": sum(gathered.read.qualities.values()),
        "outcomes": Counter(str(feed.outcome) for feed in gathered.feeds),
        "problems": [f"{p.subject}: {p.message}" for p in gathered.problems[:5]],
    }


if __name__ == "__main__":
    main()
