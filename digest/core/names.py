"""What an edition and a branch may be called: their names become parts of paths and commands."""

from __future__ import annotations

import re

EDITION_NAME = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LONGEST_EDITION_NAME = 40  # characters
_LONGEST_BRANCH = 200  # bytes; it is a file in git's own folder
_NOT_IN_BRANCHES = re.compile(r"[ ~^:?*\[\\]|\.\.|@\{")


def is_edition_name(text: str) -> bool:
    """Tell whether an edition may be called so: lower-case letters, digits and single dashes."""
    return len(text) <= LONGEST_EDITION_NAME and re.fullmatch(EDITION_NAME, text) is not None


def is_branch_name(text: str) -> bool:
    """Tell whether a branch may be called so: as `git check-ref-format --branch` has it.

    Nor may it begin with "refs/", as no person means that, or hold what cannot be printed.
    """
    parts = text.split("/")
    return (
        all(parts)
        and text not in ("@", "HEAD")
        and not text.startswith(("-", "refs/"))
        and not text.endswith(".")
        and not any(part.startswith(".") or part.endswith(".lock") for part in parts)
        and text.isprintable()
        and len(text.encode("utf-8", "replace")) <= _LONGEST_BRANCH
        and not _NOT_IN_BRANCHES.search(text)
    )
