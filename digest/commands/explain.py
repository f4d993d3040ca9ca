"""Say why."""

from __future__ import annotations

import json
import sys

from digest import app
from digest.config import Config
from digest.explaining import explain as explained
from digest.terminal import print_json


def explain(config: Config, subject: str, *, as_json: bool) -> None:
    """Print why something was, or was not, published."""
    with app.open_to_read(config) as store:
        lines = explained(store, subject)
    if as_json:
        print_json(json.dumps(lines, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(lines) + "\n")
