"""What strangers send costs themselves alone, also where nobody thought of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from digest.asking import Asking
from digest.checking import Checking
from digest.core.ownership import Offer
from digest.errors import ItemError, StoreError, contained
from digest.models import Entry, EntryOutcome, Quality, Response, Wishes
from digest.reading import Reading
from tests.fakes import SilentProgress
from tests.loopback import Loopback, Reply
from tests.test_asking import NOW, WIRE, Place, rss

STORY = Entry("a", WIRE.url, "a", "http://wire.test/a", "Title", summary="What happened.")


class Broken:
    """A fetcher with an error that nobody thought of."""

    @asynccontextmanager
    async def answer(self, *_: object, **__: object) -> AsyncIterator[Response]:
        raise KeyError("odd")
        yield


async def _nothing_wished(_url: str) -> Wishes:
    return Wishes()


def test_a_link_or_a_redirect_that_no_alphabet_can_spell_costs_no_run(tmp_path: Path) -> None:
    async def run() -> None:
        async with Loopback() as server:
            linked = rss("One").replace(b"<link>/One", b"<link>http://xn--a.test/x")
            server.pages |= {
                "/feed": Reply(200, linked, {"Content-Type": "application/rss+xml"}),
                "/away": Reply(302, b"", {"Location": "http://xn--i-7iq.test/y"}),
                "/port": Reply(302, b"", {"Location": "http://10.0.0.1:65536/y"}),
            }
            away = [replace(WIRE, url=f"http://wire.test/{name}") for name in ("away", "port")]
            opened = replace(WIRE, open_pages=True)
            found = await Place(tmp_path, server).ask(timedelta(), opened, *away)
            assert sorted(f.outcome for f in found.feeds) == ["failed", "failed", "new"]
            asked = {(request.host, request.target) for request in server.requests}
            assert {("xn--a.test", "/x"), ("xn--i-7iq.test", "/y")} <= asked

    asyncio.run(run())


def test_an_error_nobody_thought_of_costs_one_feed() -> None:
    world = SimpleNamespace(fetcher=Broken(), manners=SimpleNamespace(feeds=None))
    asking = Asking(
        cast("Any", world),
        {},
        now=NOW,
        least=timedelta(),
        jitter=lambda: 0.0,
        answered=lambda: None,
    )
    heard = asyncio.run(asking.ask(WIRE))
    assert heard.error == "http://wire.test/feed cannot be read (unexpected KeyError: 'odd')"
    assert (heard.outcome, heard.silent) == ("failed", True)


def test_an_error_nobody_thought_of_costs_one_page() -> None:
    saved: list[Any] = []
    nothing = cast("Any", None)
    reading = Reading(
        fetcher=cast("Any", Broken()),
        workers=nothing,
        store=cast("Any", SimpleNamespace(save_article=lambda *row: saved.append(row))),
        progress=SilentProgress(),
        meter=nothing,
        manners=cast("Any", SimpleNamespace(pages=None, agent="x", wishes=_nothing_wished)),
        now=NOW,
    )

    async def run() -> None:
        async with asyncio.TaskGroup() as tasks:
            reading.take(tasks, Offer(WIRE, STORY, EntryOutcome.PENDING, "", "", frozenset()))

    asyncio.run(run())
    assert [p.message for p in reading.read.problems] == [
        "http://wire.test/a cannot be read (unexpected KeyError: 'odd')"
    ]
    assert saved[0][0].quality is Quality.FEED_ONLY


class BrokenPages:
    """A fetcher that gives a feed, and fails at its pages."""

    @asynccontextmanager
    async def answer(self, url: str, **_: object) -> AsyncIterator[Response]:
        if url != WIRE.url:
            raise KeyError("odd")
        yield Response(url, 200, {}, rss("One"))


class OwnWorkers:
    """Workers that are this process."""

    async def run(self, task: Any, *given: object) -> Any:
        return task(*given)


async def _allowed(_url: str) -> None:
    return None


@pytest.mark.parametrize("fetcher", [Broken(), BrokenPages()])
def test_an_error_nobody_thought_of_costs_a_check_one_feed_or_page(fetcher: object) -> None:
    manners = SimpleNamespace(
        pages=None, feeds=0, agent="x", ask=_allowed, known_wishes=_nothing_wished
    )
    checking = Checking(
        cast("Any", fetcher),
        cast("Any", OwnWorkers()),
        cast("Any", SimpleNamespace(feed_states=dict, host=lambda _: None)),
        cast("Any", manners),
        SilentProgress(),
        now=NOW,
    )
    (checked,) = asyncio.run(checking.run([replace(WIRE, open_pages=True)]))
    odd = "cannot be read (unexpected KeyError: 'odd')"
    if checked.page:
        assert (checked.error, checked.page.note) == ("", f"{checked.page.url} {odd}")
    else:
        assert checked.error == f"{WIRE.url} {odd}"
    assert bool(checked.page) == isinstance(fetcher, BrokenPages)


def test_what_is_to_stop_a_run_still_stops_it() -> None:
    async def under(error: BaseException) -> None:
        async with contained("http://a.test/"):
            raise error

    for kind in (StoreError, ItemError, asyncio.CancelledError, KeyboardInterrupt):
        with pytest.raises(kind):
            asyncio.run(under(kind("x")))
    with pytest.raises(ItemError, match=r"a.test/ cannot be read .unexpected ValueError: a\?b"):
        asyncio.run(under(ValueError("a\x1bb")))
