"""Wiring: the one place that names adapters and fills the ports from a Config."""

from __future__ import annotations

from digest.app.decisions import explain, rebuild_edition
from digest.app.feeds import (
    add_feed,
    check_feeds,
    export_feeds,
    feed_health,
    import_feeds,
    remove_feed,
    write_opml,
)
from digest.app.mail import (
    collect_mail,
    large,
    mailbox_of,
    mails_of,
    pasted_footer,
    sender_domain,
    server_of,
    signs,
)
from digest.app.models import (
    embeddings_used,
    missing_runner,
    models_found,
    pull_model,
    try_embedder,
)
from digest.app.outputs import (
    edition_renderers,
    git_checks,
    output_keys,
    topic_renderers,
    weekly_of,
)
from digest.app.parts import (
    Unwatched,
    fetcher_of,
    judge_of,
    manners_of,
    model_of,
    open_store,
    open_to_read,
    templates_of,
    workers_of,
)
from digest.app.polling import poll_feeds
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
    "add_feed",
    "check_feeds",
    "collect_mail",
    "complete_edition",
    "deliver",
    "edition_renderers",
    "embeddings_used",
    "explain",
    "export_feeds",
    "feed_health",
    "fetcher_of",
    "find_topic",
    "first_config",
    "git_checks",
    "import_feeds",
    "is_out",
    "judge_of",
    "large",
    "load_state",
    "mailbox_of",
    "mails_of",
    "manners_of",
    "missing_runner",
    "model_of",
    "models_found",
    "now",
    "open_store",
    "open_to_read",
    "output_keys",
    "pasted_footer",
    "poll_feeds",
    "pull_model",
    "read_config",
    "rebuild_edition",
    "remove_feed",
    "render_stored",
    "run_edition",
    "save_state",
    "sender_domain",
    "server_of",
    "signs",
    "stored_edition",
    "templates_of",
    "topic_renderers",
    "trouble",
    "try_delivery",
    "try_embedder",
    "weekly_of",
    "workers_of",
    "write_opml",
    "write_report",
    "write_text",
]
