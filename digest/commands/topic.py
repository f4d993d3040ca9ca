"""One piece on one topic."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from digest import app
from digest.config import Config
from digest.errors import ConfigError
from digest.render.record import report_to_json
from digest.render.wording import count
from digest.terminal import print_json, progress
from digest.topic import Piece

MOST_OTHERS = 8  # articles named that a topic piece does not tell


def topic_and_print(
    config: Config,
    question: str,
    *,
    now: datetime,
    since: timedelta,
    style: str,
    output: Path | None,
    offline: bool,
    report_to: Path | None,
    as_json: bool,
) -> None:
    """Write one piece and print it, or the sentence that nobody wrote about it."""
    renderers = app.topic_renderers(app.templates_of(config), config)
    if style not in renderers:
        listed = ", ".join(sorted(renderers))
        raise ConfigError(f"--format: “{style}” is none of {listed}", key="--format")
    with progress() as watching:
        piece, report = app.find_topic(
            config, question, now=now, since=since, offline=offline, progress=watching
        )
    _say(_found(piece, question, since))
    if report_to is not None:
        app.write_text(report_to, report_to_json(report))
    text = renderers[style](piece.edition) if piece.edition else ""
    if text and output is not None:
        app.write_text(output, text)
        _say(f"written to {output}")
    if as_json:
        print_json(report_to_json(report))
    elif text and output is None:
        (print_json if style == "json" else sys.stdout.write)(text)
    if text:
        return
    nobody = _nobody(piece, question, since)
    if as_json or output is not None or style not in ("text", "markdown"):
        _say(nobody)  # a program that reads HTML or JSON is not given a sentence
    else:
        sys.stdout.write(nobody + "\n")


def _found(piece: Piece, question: str, since: timedelta) -> str:
    lost = len(piece.unreadable)
    found = len(piece.found) + lost
    bears = "bears" if found <= 1 else "bear"
    head = f"{count(found, 'article', 'articles') if found else 'no article'} of the last "
    head += f"{_span(since)} {bears} on “{question}”"
    lines = [f"{head}; {lost} could not be read" if found else head]
    lines += [f"  not read: {url} ({why})" for url, why in piece.unreadable]
    if piece.also:
        lines.append("other stories it found:")
        lines += [f"  {a.title} ({a.publisher}, {a.url})" for a in piece.also[:MOST_OTHERS]]
    lines += [f"  no answer from {f.name}: {f.error}" for f in piece.gathered.silent()]
    return "\n".join(lines)


def _nobody(piece: Piece, question: str, since: timedelta) -> str:
    lost = len(piece.unreadable)
    if lost:
        articles = "the one article" if lost == 1 else f"all {lost} articles"
        return f"Nothing can be told about “{question}”: {articles} on it could not be read."
    answered = len(piece.gathered.feeds) - len(piece.gathered.silent())
    feeds = f"{count(answered, 'feed', 'feeds')} and the stored articles"
    where = feeds if answered else "the stored articles"
    return (
        f"Nobody wrote about “{question}” in the last {_span(since)}: {where} hold no report of it."
    )


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours >= 48 and hours % 24 == 0:
        return f"{hours / 24:g} days"
    if hours < 1:
        return f"{span.total_seconds():g} seconds"
    return "hour" if hours == 1 else f"{hours:g} hours"


def _say(message: str) -> None:
    print(message, file=sys.stderr)  # noqa: T201
