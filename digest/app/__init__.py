"""Wiring: the one place that names adapters and fills the ports from a Config."""

from __future__ import annotations

from digest.app.mail import collect_mail, mailbox_of, mails_of, sender_domain, server_of
from digest.app.outputs import (
    edition_renderers,
    git_lines,
    output_keys,
    templates_of,
    topic_renderers,
    weekly_of,
)
from digest.app.parts import Unwatched, fetcher_of, model_of, open_store, open_to_read, workers_of
from digest.app.runs import (
    complete_edition,
    deliver,
    find_topic,
    is_out,
    render_stored,
    run_edition,
    stored_edition,
    try_delivery,
    write_report,
)
from digest.app.state import load_state, save_state
from digest.app.surroundings import first_config, now, read_config, trouble, write_text

__all__ = [
    "Unwatched",
    "collect_mail",
    "complete_edition",
    "deliver",
    "edition_renderers",
    "fetcher_of",
    "find_topic",
    "first_config",
    "git_lines",
    "is_out",
    "load_state",
    "mailbox_of",
    "mails_of",
    "model_of",
    "now",
    "open_store",
    "open_to_read",
    "output_keys",
    "read_config",
    "render_stored",
    "run_edition",
    "save_state",
    "sender_domain",
    "server_of",
    "stored_edition",
    "templates_of",
    "topic_renderers",
    "trouble",
    "try_delivery",
    "weekly_of",
    "workers_of",
    "write_report",
    "write_text",
]
