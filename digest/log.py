"""The program's own log, on standard error."""

from __future__ import annotations

import logging
import sys

_LOG = logging.getLogger("digest")


def set_up(verbose: bool) -> None:
    """Log details with ``verbose``, else nothing but what the commands print themselves."""
    _LOG.setLevel(logging.DEBUG if verbose else logging.CRITICAL)
    if not _LOG.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        _LOG.addHandler(handler)
    # Libraries that read hostile bytes complain at length; what matters reaches the run report.
    logging.getLogger().setLevel(logging.WARNING if verbose else logging.CRITICAL)


def note(error: BaseException) -> None:
    """Log an error with its traceback, where details are wanted."""
    _LOG.debug("traceback", exc_info=error)
