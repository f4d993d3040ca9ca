"""The models: the one that writes, and the one that tells which titles mean the like."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr

from digest.config.section import Duration, Folder, Section, Url, Whole, Word


class ModelSettings(Section):
    """The language model that writes; without this section the extractive writer does."""

    base_url: Url = Field(description="an http or https address, such as https://host.example/v1")
    model: Word = Field(description="the model's name at that server")
    judge: Word | None = Field(
        default=None,
        description="the name of a cheaper model at that server, for doubtful pairs and relevance",
    )
    api_key: SecretStr | None = Field(
        default=None,
        min_length=1,
        description="text that is not empty, best as ${NAME} or api_key_file",
    )
    concurrency: Whole = Field(default=6, ge=1, le=100, description="a whole number from 1 to 100")
    timeout: Duration = Field(
        default=timedelta(seconds=60),
        ge=timedelta(seconds=1),
        le=timedelta(hours=1),
        description='a duration from 1s to 1h, such as "60s"',
    )


class EmbeddingSettings(Section):
    """What tells which titles mean the like; without a key, a model beside the store if any."""

    path: Folder | None = Field(default=None, description="a folder with a model in it")
    base_url: Url | None = Field(
        default=None, description="an http or https address, such as https://host.example/v1"
    )
    model: Word | None = Field(default=None, description="the model's name at that server")
    api_key: SecretStr | None = Field(
        default=None,
        min_length=1,
        description="text that is not empty, best as ${NAME} or api_key_file",
    )
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...] | None = Field(
        default=None, min_length=1, description="a list of language codes, such as [en]"
    )
    timeout: Duration = Field(
        default=timedelta(seconds=60),
        ge=timedelta(seconds=1),
        le=timedelta(hours=1),
        description='a duration from 1s to 1h, such as "60s"',
    )

    @property
    def known_languages(self) -> frozenset[str]:
        """Return the languages the model knows, none for every one.

        A server's model is taken to know them all, one of this machine to know English.
        """
        given = ("en",) if self.languages is None and self.base_url is None else self.languages
        return frozenset(given or ())
