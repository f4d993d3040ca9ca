"""Tokens that stand for readers' addresses wherever others may read them."""

from __future__ import annotations

import base64
import secrets

from digest.models.readers import TOKEN_LENGTH


def random_token() -> str:
    """Return 130 bits of chance in letters and digits that survive any change of case."""
    return base64.b32encode(secrets.token_bytes(17))[:TOKEN_LENGTH].decode("ascii").lower()
