"""Feeds looked after: how they are, asked on a person's word, and the list in the configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.adapters import files
from digest.adapters.store import SqlStore
from digest.app import feedfile
from digest.app.parts import (
    Unwatched,
    fetcher_of,
    manners_of,
    open_store,
    open_to_read,
    workers_of,
)
from digest.checking import Checked, Checking, taken_up
from digest.config import Config
from digest.core import feedlist, health, opml
from digest.core.discreet import shown
from digest.core.health import Health
from digest.core.urls import canonical, inert
from digest.errors import ConfigError, RunError
from digest.interrupts import finish
from digest.manners import host_of, left_alone
from digest.models import Feed, FeedState
from digest.ports import Progress
from digest.render.printable import line
from digest.render.wording import count

PRIVATE = 0o600  # a list may hold addresses with passwords, as the store does


def feed_health(config: Config, now: datetime) -> tuple[list[Health], Mapping[str, FeedState]]:
    """Return how each configured feed is, the troubled first, and all that is stored of feeds."""
    with open_to_read(config) as store:
        states = store.feed_states()

        def put_off(url: str) -> datetime | None:
            return left_alone(store.host(host_of(url)), now)

        found = [health.examine(feed, states, now, put_off) for feed in config.feed_list()]
    return health.worst_first(found), states


def check_feeds(
    config: Config, which: Sequence[str], *, now: datetime, progress: Progress
) -> list[Checked]:
    """Return what feeds answer: the configured ones, or those a person means by ``which``.

    That is a configured feed's name, or an address, configured or not. Raises ConfigError for
    what is neither.
    """
    wanted = [_meant(config, told) for told in which]
    with open_store(config) as store:
        listed = list(dict.fromkeys(wanted)) or config.feed_list()
        return _check(config, store, listed, now=now, progress=progress)


def _meant(config: Config, which: str) -> Feed:
    configured = config.feed_list()
    n = _number(configured, which)
    if n is not None:
        return configured[n]
    if not canonical(which.strip()):
        told = line(shown(which) or which)
        message = f"“{told}” is no http or https address and no feed’s name"
        raise ConfigError(message, key="URL")
    return Feed(which.strip(), open_pages=config.fetch.articles == "pages")


def _check(
    config: Config,
    store: SqlStore,
    wanted: Sequence[Feed],
    *,
    now: datetime,
    progress: Progress,
    pages: bool = True,
) -> list[Checked]:
    async def checked() -> list[Checked]:
        async with AsyncExitStack() as stack:
            fetcher = await stack.enter_async_context(fetcher_of(config))
            workers = await stack.enter_async_context(workers_of(config))
            manners = manners_of(config, store, fetcher, workers)
            checking = Checking(fetcher, workers, store, manners, progress, now=now, pages=pages)
            return await checking.run(wanted)

    return finish(checked())


# --- the list in the configuration -----------------------------------------------------------


def add_feed(
    path: Path, url: str, *, name: str, category: str, now: datetime
) -> tuple[str, tuple[str, ...]]:
    """Ask a feed, put it into the configuration, and say so; return other feeds of its page too.

    Raises ConfigError for one that is there already and for what is no address, RunError for one
    that does not answer or is no feed.
    """
    url = url.strip()
    if not canonical(url) or feedlist.fit(url, len(url)) != url:
        raise ConfigError(f"“{line(url)}” is no http or https address", key="URL")
    given = Feed(
        url,
        feedlist.fit(name, feedlist.NAME_CHARS),
        feedlist.fit(category, feedlist.CATEGORY_CHARS),
    )
    config, listed = feedfile.read(path, given)
    _refuse_known(listed, url)
    with open_store(config) as store:
        (checked,) = _check(config, store, [given], now=now, progress=Unwatched(), pages=False)
        if checked.error:
            why = health.trouble_of(checked.error, url, "it")
            raise RunError(f"{shown(url)} is not added: {why}")
        feed = replace(
            given,
            url=inert(checked.moved_to or checked.address),
            name=given.name or feedlist.fit(checked.title, feedlist.NAME_CHARS),
        )
        with feedfile.alone(path):  # the list may have changed while the feed was asked
            _refuse_known(feedfile.read(path, feed)[1], feed.url)
            feedfile.add(path, [feed])
        _take_up(store, [feed], now)
    address = shown(feed.url)
    called = f"{feed.name} ({address})" if feed.name else address
    others = tuple(shown(other) for other in checked.named if other != feed.url)
    return f"{called} is added to {path}", others


def remove_feed(path: Path, which: str) -> str:
    """Take a feed, by address or name, out of the configuration, and say so; raises ConfigError."""
    with feedfile.alone(path):
        listed = feedfile.listed(path)
        n = _place(listed, which, path)
        if len(listed) == 1:
            why = "it is the only feed, and a configuration has at least one"
            raise ConfigError(why, key="URL")
        feedfile.remove(path, listed, n)
    name = listed[n].name or shown(listed[n].url)
    return f"{name} is taken out of {path}; its stored articles stay"


def import_feeds(
    path: Path, body: bytes, now: datetime, *, name: str
) -> tuple[str, tuple[str, ...]]:
    """Put the feeds of an OPML file into the configuration; say what was done, and what was not.

    ``name`` is that of the file. No connection is made. Raises ConfigError for what is no OPML.
    """
    listing = opml.read_opml(body, name)
    if not listing.feeds:
        why = f" ({listing.problems[0]})" if listing.problems else ""
        raise ConfigError(f"{name} lists no feed that can be used{why}", key="OPML")
    found: dict[str, Feed] = {}
    for feed in listing.feeds:
        found.setdefault(feedlist.spelling(feed.url), feed)
    with feedfile.alone(path):
        config, listed = feedfile.read(path, listing.feeds[0])
        known = {feedlist.spelling(feed.url) for feed in listed}
        new = [feed for key, feed in found.items() if key not in known]
        if new:
            feedfile.add(path, new)
    if new and config.store_path.exists():
        with open_store(config) as store:
            _take_up(store, new, now)
    told = [f"{count(len(new), 'feed is', 'feeds are')} added to {path}" if new else "none is new"]
    twice = len(listing.feeds) - len(new)
    told += [f"{twice:,} there already"] if twice else []
    told += [f"{len(listing.problems):,} not usable"] if listing.problems else []
    then = "; `digest feeds check` says whether they answer" if new else ""
    return ", ".join(told) + then, listing.problems


def export_feeds(config: Config, now: datetime) -> str:
    """Return the configured feeds as OPML, with their addresses as they are."""
    return opml.write_opml(config.feed_list(), title=config.title, now=now)


def write_opml(path: Path, text: str) -> None:
    """Write a list of feeds to a file that only its owner may read.

    Raises ConfigError where the file cannot be written, and where it is there and holds anything
    but such a list: it may be the configuration.
    """
    try:
        there = path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {files.reason(error)}", key="OPML") from error
    if there:
        try:
            opml.read_opml(there, str(path))
        except ConfigError as error:
            raise ConfigError(f"{error}; it is left as it is, name another", key="OPML") from error
    elif path.exists() and not path.is_file():
        raise ConfigError(f"{path} is no file; name another, or - for the screen", key="OPML")
    feedfile.put(path, text, PRIVATE)


def _place(listed: Sequence[Feed], which: str, path: Path) -> int:
    """Return which feed of the list a person means; raises ConfigError for none."""
    n = _number(listed, which)
    if n is None:
        told = f"no feed in {path} has this address or name"
        raise ConfigError(f"“{line(shown(which) or which)}”: {told}", key="URL")
    return n


def _number(listed: Sequence[Feed], which: str) -> int | None:
    """Return which feed of the list has this address or else this name, in any case; or None.

    Raises ConfigError for what more than one has.
    """
    key = feedlist.spelling(which)
    found = [n for n, feed in enumerate(listed) if key and feedlist.spelling(feed.url) == key]
    if not found:
        name = which.strip().casefold()
        found = [n for n, feed in enumerate(listed) if name and feed.name.casefold() == name]
    if len(found) > 1:
        why = f"{len(found)} feeds have this name; give the address"
        raise ConfigError(f"“{line(shown(which) or which)}”: {why}", key="URL")
    return found[0] if found else None


def _refuse_known(listed: Sequence[Feed], url: str) -> None:
    key = feedlist.spelling(url)
    for feed in listed:
        if key and feedlist.spelling(feed.url) == key:
            named = f" ({feed.name})" if feed.name else ""
            raise ConfigError(f"{shown(url)} is in the list already{named}", key="URL")


def _take_up(store: SqlStore, feeds: Sequence[Feed], now: datetime) -> None:
    """Have feeds that were once given up asked again: whoever adds them wants them."""
    states = store.feed_states()
    for state in (states[feed.url] for feed in feeds if feed.url in states):
        fresh = taken_up(state)
        if fresh != state:
            store.save_feed(fresh, [], now)
