"""What every part of the configuration is made of."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from digest.config import values

# Keys never shown, which may come from a file: api_key_file, password_file, key_file.
SECRETS = frozenset({"api_key", "key", "password"})

Word = Annotated[str, Field(min_length=1, max_length=200)]
Url = Annotated[str, AfterValidator(values.url)]
Whole = Annotated[int, BeforeValidator(values.number)]
Duration = Annotated[timedelta, BeforeValidator(values.duration)]
Folder = Annotated[Path, BeforeValidator(values.path)]


class Section(BaseModel):
    """A part of the configuration: frozen, and no key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
