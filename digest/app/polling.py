"""Feeds asked at their own pace between editions."""

from __future__ import annotations

from datetime import datetime

from digest import pipeline
from digest.app.parts import choices_of, open_store, world_of
from digest.asking import is_due, put_off_at
from digest.config import Config
from digest.core import polling, schedule
from digest.errors import BusyError
from digest.gathering import Gathered
from digest.interrupts import finish
from digest.models import FeedReport
from digest.ports import Progress


def poll_feeds(config: Config, *, now: datetime, progress: Progress) -> list[FeedReport]:
    """Ask the feeds that are due, and read what is new for the next edition.

    Returns what became of each feed; nothing where none is due, or while another run is under
    way. Raises StoreError.
    """
    feeds = config.feed_list()
    with open_store(config) as store:
        states = store.feed_states()
        least, put_off = polling.LEAST_SERVED, put_off_at(store, now)
        if not any(is_due(feed, states, now, least, put_off) for feed in feeds):
            return []

        async def polled() -> Gathered:
            async with world_of(config, store, progress=progress) as world:
                return await pipeline.poll(
                    choices_of(config),
                    feeds,
                    world,
                    now=now,
                    comes=_next_edition(config, now),
                    least=least,
                )

        try:
            with store.lease():
                return finish(polled()).feeds
        except BusyError:
            return []


def _next_edition(config: Config, now: datetime) -> datetime:
    planned = config.edition.schedule
    if planned is None:
        return now
    zone = config.timezone
    return schedule.following(now, at=planned.at, days=planned.days, timezone=zone) or now
