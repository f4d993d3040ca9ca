"""Words from outside made fit to pass on: one short line without addresses and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.models.readers import TOKEN_LENGTH

LONGEST = 200  # characters that are passed on
_MOST_SEARCHED = 1_000  # characters of a line that are looked at for addresses
_MOST_READ = 100_000
_CERTAIN = 6  # a secret of so many characters is one wherever it stands

_LOCAL = r"""(?:"[^"]{0,64}"|[^\s<>"(),:;\[\]{}@]*)"""
_ADDRESS = re.compile(rf"""{_LOCAL}(?:@|%40)[^\s<>"'(),:;\[\]{{}}@]*""", re.IGNORECASE)
_TOKEN = re.compile(rf"(?<![a-z0-9])[a-z2-7]{{{TOKEN_LENGTH}}}(?![a-z0-9])", re.IGNORECASE)


def redacted(text: str, secrets: Iterable[str] = (), *, most: int = LONGEST) -> str:
    """Return foreign words as one line of at most ``most`` characters, with "…" for what is
    private: e-mail addresses, readers' tokens, and the ``secrets``, in any case of letters.

    Secrets of fewer than 6 characters are replaced only where they are a whole word. Without
    control characters. Of more than 1,000 characters the rest is dropped, from a whole word on.
    """
    line = _one_line(text[:_MOST_READ])
    if len(text) > _MOST_READ:
        line = _without_last_word(line)
    for secret in sorted(filter(None, map(_one_line, secrets)), key=len, reverse=True):
        pattern = re.escape(secret)
        if len(secret) < _CERTAIN:
            pattern = rf"(?<!\w){pattern}(?!\w)"
        line = re.sub(pattern, "…", line, flags=re.IGNORECASE)
    if len(line) > _MOST_SEARCHED:
        line = _without_last_word(line[: _MOST_SEARCHED + 1])
    line = _TOKEN.sub("…", _ADDRESS.sub("…", line))
    return line if len(line) <= most else line[: most - 1] + "…"


def _without_last_word(line: str) -> str:
    return f"{line.rpartition(' ')[0]} …".lstrip()


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
