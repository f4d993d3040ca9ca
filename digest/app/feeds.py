"""Feeds looked after: how they are, asked on a person's word, and the list in the configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.adapters import files
from digest.adapters.store import SqlStore
from digest.app.parts import (
    Unwatched,
    fetcher_of,
    manners_of,
    open_store,
    open_to_read,
    workers_of,
)
from digest.checking import Checked, Checking, taken_up
from digest.config import Config, parse
from digest.core import feedlist, health, opml
from digest.core.discreet import without_secrets
from digest.core.health import Health
from digest.core.urls import canonical
from digest.errors import ConfigError, RunError
from digest.interrupts import finish
from digest.models import Feed, FeedState
from digest.ports import Progress
from digest.render.printable import line
from digest.render.wording import count

PRIVATE = 0o600  # a list may hold addresses with passwords, as the store does
NAME, CATEGORY = 200, 100  # characters the configuration takes

_MARK = "\ufeff"  # what some editors begin a file with


def feed_health(config: Config, now: datetime) -> tuple[list[Health], Mapping[str, FeedState]]:
    """Return how each configured feed is, the troubled first, and all that is stored of feeds."""
    with open_to_read(config) as store:
        states = store.feed_states()
    found = [health.examine(feed, states, now) for feed in config.feed_list()]
    return health.worst_first(found), states


def check_feeds(
    config: Config, urls: Sequence[str], *, now: datetime, progress: Progress
) -> list[Checked]:
    """Return what feeds answer: the configured ones, or those at ``urls``, configured or not."""
    configured = {feedlist.spelling(feed.url): feed for feed in config.feed_list()}
    opens = config.fetch.articles == "pages"
    wanted = [configured.get(feedlist.spelling(url)) or Feed(url, open_pages=opens) for url in urls]
    with open_store(config) as store:
        listed = list(dict.fromkeys(wanted)) or list(configured.values())
        return _check(config, store, listed, now=now, progress=progress)


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
    given = Feed(url, feedlist.fit(name, NAME), feedlist.fit(category, CATEGORY))
    config, listed = _read(path, given)
    _refuse_known(listed, url)
    with open_store(config) as store:
        (checked,) = _check(config, store, [given], now=now, progress=Unwatched(), pages=False)
        if checked.error:
            raise RunError(f"{without_secrets(url)} is not added: {checked.error}")
        feed = replace(
            given,
            url=checked.moved_to or checked.address,
            name=given.name or feedlist.fit(checked.title, NAME),
        )
        if feed.url != url:
            _refuse_known(listed, feed.url)
        _add(path, [feed])
        _take_up(store, [feed], now)
    shown = without_secrets(feed.url)
    called = f"{feed.name} ({shown})" if feed.name else shown
    others = tuple(other for other in checked.named if other != feed.url)
    return f"{called} is added to {path}", others


def remove_feed(path: Path, which: str) -> str:
    """Take a feed, by address or name, out of the configuration, and say so; raises ConfigError."""
    text = _text(path)
    listed = _parsed(path, text).feed_list()
    n = _place(listed, which, path)
    if len(listed) == 1:
        raise ConfigError("it is the only feed, and a configuration has at least one", key="URL")
    changed = _MARK * text.startswith(_MARK) + feedlist.removed(text.removeprefix(_MARK), n)
    if _parsed(path, changed).feed_list() != (*listed[:n], *listed[n + 1 :]):
        raise ConfigError(f"{path} cannot be changed safely; take the feed out by hand", key="URL")
    _put(path, changed)
    name = listed[n].name or without_secrets(listed[n].url)
    return f"{name} is taken out of {path}; its stored articles stay"


def import_feeds(path: Path, body: bytes, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Put the feeds of an OPML file into the configuration; say what was done, and what was not.

    No connection is made. Raises ConfigError for what is no OPML.
    """
    listing = opml.read_opml(body)
    if not listing.feeds:
        why = f" ({listing.problems[0]})" if listing.problems else ""
        raise ConfigError(f"the file lists no feed that can be used{why}", key="OPML")
    config, listed = _read(path, listing.feeds[0])
    known = {feedlist.spelling(feed.url) for feed in listed}
    found: dict[str, Feed] = {}
    for feed in listing.feeds:
        found.setdefault(feedlist.spelling(feed.url), feed)
    new = [feed for key, feed in found.items() if key not in known]
    if new:
        _add(path, new)
        if config.store_path.exists():
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


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; raises ConfigError naming it."""
    _put(path, text, PRIVATE)


def _place(listed: Sequence[Feed], which: str, path: Path) -> int:
    """Return which feed of the list a person means, by its address or its name."""
    key = feedlist.spelling(which)
    found = [n for n, feed in enumerate(listed) if key and feedlist.spelling(feed.url) == key]
    if not found:
        name = which.strip().casefold()
        found = [n for n, feed in enumerate(listed) if feed.name.casefold() == name]
    if len(found) == 1:
        return found[0]
    why = f"{len(found)} feeds have this name; give the address"
    message = why if found else f"no feed in {path} has this address or name"
    raise ConfigError(f"“{line(without_secrets(which) or which)}”: {message}", key="URL")


def _refuse_known(listed: Sequence[Feed], url: str) -> None:
    key = feedlist.spelling(url)
    for feed in listed:
        if key and feedlist.spelling(feed.url) == key:
            named = f" ({feed.name})" if feed.name else ""
            raise ConfigError(f"{without_secrets(url)} is in the list already{named}", key="URL")


def _take_up(store: SqlStore, feeds: Sequence[Feed], now: datetime) -> None:
    """Have feeds that were once given up asked again: whoever adds them wants them."""
    states = store.feed_states()
    for state in (states[feed.url] for feed in feeds if feed.url in states):
        fresh = taken_up(state)
        if fresh != state:
            store.save_feed(fresh, [], now)


# --- the file --------------------------------------------------------------------------------


def _read(path: Path, first: Feed) -> tuple[Config, Sequence[Feed]]:
    """Return the configuration and its feeds; of one that lists none yet, as with its ``first``."""
    text = _text(path)
    try:
        config = _parsed(path, text)
    except ConfigError as error:
        if error.key != "feeds":
            raise
        try:
            return _parsed(path, feedlist.added(text.removeprefix(_MARK), [first])), ()
        except ConfigError:
            raise error from None
    return config, config.feed_list()


def _add(path: Path, feeds: Sequence[Feed]) -> None:
    """Write feeds into the configuration, as it is by now; raises ConfigError."""
    _, listed = _read(path, feeds[0])
    text = _text(path)
    changed = _MARK * text.startswith(_MARK) + feedlist.added(text.removeprefix(_MARK), feeds)
    after = _parsed(path, changed).feed_list()
    told = [(f.url, f.name, f.category) for f in after[len(listed) :]]
    if after[: len(listed)] != tuple(listed) or told != [
        (f.url, f.name, f.category) for f in feeds
    ]:
        raise ConfigError(
            f"{path} cannot be changed safely; add by hand, below `feeds:`:\n"
            + "\n".join(f"  {feedlist.line_of(feed)}" for feed in feeds),
            key="feeds",
        )
    _put(path, changed)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file; `digest init` makes one, --config names another"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {files.reason(error)}") from error


def _parsed(path: Path, text: str) -> Config:
    return parse(text, folder=path.absolute().parent, environ=os.environ, name=str(path))


def _put(path: Path, text: str, mode: int | None = None) -> None:
    """Write a file where it is, behind links, and with the permissions it has or ``mode``."""
    try:
        target = path.resolve()
        if mode is None:
            mode = target.stat().st_mode & 0o7777
        files.write(target, text, mode)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {files.reason(error)}") from error
