"""Say why."""

from __future__ import annotations

import json
import sys
from datetime import datetime

from digest import app
from digest.config import Config
from digest.terminal import print_json


def explain(config: Config, subject: str, *, now: datetime, as_json: bool, verbose: bool) -> None:
    """Print why something was, or was not, published."""
    explanation = app.explain(config, subject, now=now, verbose=verbose)
    if as_json:
        print_json(json.dumps(explanation.document(), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(explanation.lines()) + "\n")
