"""``digest serve``: editions as they fall due, and the page where readers unsubscribe."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from digest import app
from digest.commands.edition import due, next_due, run_due
from digest.config import Config
from digest.core import polling
from digest.core.discreet import shown, shown_in
from digest.models import FeedOutcome, FeedReport
from digest.terminal import PlainProgress
from digest.web import Server, application, page_maker

POLLING = timedelta(minutes=1)  # how often it is looked which feeds are due
MAILBOX = timedelta(hours=1)  # how often it is read for bounces


def serve(config: Config, *, host: str, port: int, listen: bool) -> None:
    """Keep running: ask feeds, put out editions, read the mailbox, and answer unsubscriptions.

    Feeds are asked through the day at their own pace, so that an edition is ready on time. The web
    server listens where ``web.base_url`` is set, or ``listen`` asks for it. Raises RunError where
    it may not.
    """
    from digest.scheduler import Chore, Service

    plain = PlainProgress(sys.stderr)
    first = next_due(config, app.now())
    watch = FeedWatch()

    def put_out(now: datetime, day: date) -> int:
        return run_due(
            config,
            now=now,
            day=day,
            out=Path("out"),
            report_to=None,
            as_json=False,
            least=polling.LEAST_SERVED,
        )

    def poll(now: datetime) -> None:
        reports = app.poll_feeds(config, now=now, progress=app.Unwatched())
        found = [r.new_entries for r in reports if r.new_entries]
        if found:
            plain.say(f"new entries: {sum(found)}, from {len(found)} of {len(reports)} feeds")
        for line in watch.news(reports):
            plain.say(line)

    def read_mail(now: datetime) -> None:
        with app.open_store(config) as store:
            for sentence in app.collect_mail(config, store, now):
                plain.say(sentence)

    chores = [Chore(poll, POLLING)]
    if any(mail.bounces for mail in app.mails_of(config)):
        chores.append(Chore(read_mail, MAILBOX))
    with ExitStack() as stack:
        if listen or config.web is not None:
            server = stack.enter_context(_web(config, host, port))
            outside = f", reached as {config.base_url}" if config.base_url else ""
            plain.say(f"readers unsubscribe at {server.url}{outside}")
        plain.say(first.removeprefix("nothing is due; "))
        Service(
            due=lambda now: due(config, now),
            put_out=put_out,
            clock=app.now,
            say=plain.say,
            chores=chores,
        ).run()


class FeedWatch:
    """Tells what is new about how feeds are, from one round to the next."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}  # what was said last, by a feed's address or by a site

    def news(self, reports: Iterable[FeedReport]) -> list[str]:
        """Return a line for each feed that is newly failing, gone or moved, or site put off."""
        return [line for report in reports if (line := self._line(report))]

    def _line(self, report: FeedReport) -> str:
        site = urlsplit(report.url).hostname or report.url
        deferred = report.outcome is FeedOutcome.DEFERRED
        if deferred and (report.error is None or report.url in self._told):
            return ""  # it was not asked, and nothing is new about it
        name = report.name
        if deferred and report.http_status in polling.BUSY:
            key, what, name = site, "busy", site
        elif report.error is not None:
            key, what = report.url, "gone" if report.outcome is FeedOutcome.GONE else "failing"
        elif report.outcome is FeedOutcome.MOVED:
            key, what = report.url, "moved"
        else:
            self._told.pop(report.url, None)
            self._told.pop(site, None)
            return ""
        if self._told.get(key) == what or (deferred and site in self._told):
            return ""
        self._told[key] = what
        told = shown_in("; ".join(filter(None, (report.error, report.note))))
        return f"{shown_in(name)}: {told.removeprefix(shown(report.url)).strip(': ')}"


def _web(config: Config, host: str, port: int) -> Server:
    """Return the web server, which listens already; raises RunError where it may not."""
    path = urlsplit(config.base_url or "").path
    page = page_maker(app.templates_of(config), title=config.title, language=config.language)
    site = application(lambda: app.open_store(config), page, path, app.now)
    return Server(site, host, port)
