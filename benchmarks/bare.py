"""The bound: feedparser and trafilatura alone, with the digest's options, over the same bytes.

One process per core, each with its share, as the digest has them: cores that work at the same time
slow each other down, and the bound should know. What counts is their CPU time, added up and
divided by the cores, without the libraries' import; so other work on the machine adds little.

``with_metadata`` is among the options, as the digest needs title, author, site and date. It reads
just these (digest.core.pages), so its own work on a page may come out below the bound's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context

from benchmarks.outlets import World


def bound(made: World, cores: int) -> float:
    """Return the seconds that the libraries' own work takes on ``cores``, at best."""
    feeds = [f.body for f in made.feeds.values()]
    pages = [(url, p.body) for url, p in made.pages.items()]
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        shares = [(feeds[n::cores], pages[n::cores]) for n in range(cores)]
        return sum(pool.map(_cpu_seconds, *zip(*shares, strict=True))) / cores


def _cpu_seconds(feeds: Sequence[bytes], pages: Sequence[tuple[str, bytes]]) -> float:
    _read(feeds[:1], pages[:1])  # imports, and what the libraries set up once
    began = time.process_time()
    _read(feeds, pages)
    return time.process_time() - began


def _read(feeds: Sequence[bytes], pages: Sequence[tuple[str, bytes]]) -> None:
    import feedparser
    from trafilatura import bare_extraction

    for body in feeds:
        feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    for url, body in pages:
        bare_extraction(body, url=url, include_comments=False, with_metadata=True)
