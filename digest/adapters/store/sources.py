"""Feeds and sites: how they answered, and when they may be asked again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store import schema
from digest.core.discreet import host_key
from digest.models import FeedState, HostState, Validators, Wishes

_feeds = schema.feeds
_hosts = schema.hosts


def _save_statement(table: sa.Table, key: str) -> Any:
    statement = insert(table)
    changed = {c.name: statement.excluded[c.name] for c in table.c if c.name != key}
    return statement.on_conflict_do_update(index_elements=[key], set_=changed)


_SAVE_FEED = _save_statement(_feeds, "url")
_SAVE_HOST = _save_statement(_hosts, "key")
_FORGOTTEN = timedelta(days=30)  # after robots.txt was last asked for, or a put-off ended
_BEFORE = sa.bindparam("before", type_=schema.UtcTime)
_FORGET_HOSTS = sa.delete(_hosts).where(
    sa.func.coalesce(_hosts.c.robots_at, _hosts.c.put_off_until) < _BEFORE,
    _hosts.c.put_off_until.is_(None) | (_hosts.c.put_off_until < _BEFORE),
)
_PUT_OFF = _hosts.c.put_off_until > sa.bindparam("since", type_=schema.UtcTime)


class Sources:
    """Reads and writes what is known of feeds and sites; the caller opens the transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def feeds(self) -> dict[str, FeedState]:
        rows = self._connection.execute(sa.select(_feeds))
        return {row.url: _feed_state(row) for row in rows}

    def save_feed(self, state: FeedState) -> None:
        self._connection.execute(_SAVE_FEED, feed_row(state))

    def host(self, origin: str) -> HostState | None:
        query = sa.select(_hosts).where(_hosts.c.key == host_key(origin))
        row = self._connection.execute(query).first()
        if row is None:
            return None
        return HostState(
            origin,
            row.robots,
            row.robots_at,
            row.put_off_until,
            row.put_off_why,
            row.robots_lost,
        )

    def save_host(self, state: HostState) -> None:
        """Keep what is known of a site; those not asked for a month are forgotten."""
        self._connection.execute(_SAVE_HOST, host_row(state))
        if state.robots_at is not None:
            self._connection.execute(_FORGET_HOSTS, {"before": state.robots_at - _FORGOTTEN})

    def put_off(self, since: datetime) -> tuple[HostState, ...]:
        """The sites to be left alone until some time after ``since``, by their keys alone."""
        query = sa.select(_hosts).where(_PUT_OFF).order_by(_hosts.c.key)
        rows = self._connection.execute(query, {"since": since})
        return tuple(
            HostState(row.key, put_off_until=row.put_off_until, put_off_why=row.put_off_why)
            for row in rows
        )


def feed_row(state: FeedState) -> dict[str, Any]:
    return {
        "url": state.url,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "status": state.status,
        "checked_at": state.checked_at,
        "succeeded_at": state.succeeded_at,
        "failures": state.failures,
        "moved_to": state.moved_to,
        "gone": state.gone,
        "title": state.title,
        "moved_times": state.moved_times,
        "address": state.address,
        "error": state.error,
        "due_at": state.due_at,
        "ttl": state.ttl,
        "per_week": state.per_week,
        "newest_at": state.newest_at,
        "wishes": _wishes_json(state.wishes),
    }


def host_row(state: HostState) -> dict[str, Any]:
    return {
        "key": host_key(state.origin),
        "robots": state.robots,
        "robots_at": state.robots_at,
        "put_off_until": state.put_off_until,
        "put_off_why": state.put_off_why,
        "robots_lost": state.robots_lost,
    }


def _feed_state(row: Any) -> FeedState:
    return FeedState(
        url=row.url,
        validators=Validators(row.etag, row.last_modified),
        status=row.status,
        checked_at=row.checked_at,
        succeeded_at=row.succeeded_at,
        failures=row.failures,
        moved_to=row.moved_to,
        gone=row.gone,
        title=row.title,
        moved_times=row.moved_times,
        address=row.address,
        error=row.error,
        due_at=row.due_at,
        ttl=row.ttl,
        per_week=row.per_week,
        newest_at=row.newest_at,
        wishes=_wishes(row.wishes),
    )


def _wishes_json(wishes: Wishes) -> dict[str, Any]:
    """Return what is wished; nothing for a publisher who says nothing, as most do."""
    if wishes == Wishes():
        return {}
    told = list(wishes.told)
    return {"ai_input": wishes.ai_input, "max_snippet": wishes.max_snippet, "told": told}


def _wishes(kept: dict[str, Any]) -> Wishes:
    return Wishes(**kept | {"told": tuple(kept["told"])}) if kept else Wishes()
