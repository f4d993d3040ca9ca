"""Where an edition goes: one model for each kind of output."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from digest.config import gitvalues, values
from digest.config.email import EmailOutputSettings
from digest.config.section import Folder, Section
from digest.core.formats import ENDINGS

PathPattern = Annotated[str, AfterValidator(values.pattern)]
WeeklyPattern = Annotated[str, AfterValidator(values.weekly)]
_WEEKLY = 'a path ending in .md, such as "weekly/{date:%G-W%V}.md" ({date} is the week\'s Monday)'


class FileOutputSettings(Section):
    """A folder the edition is written to, in one format."""

    kind: Literal["markdown", "html", "json"] = Field(description="markdown, html or json")
    dir: Folder = Field(description="a folder")
    path: PathPattern = Field(
        default="",
        description='a path inside dir, such as "{date:%Y/%m}/{date}.md"',
    )

    @property
    def pattern(self) -> str:
        """Return ``path``, or without one {date}.md, .html or .json."""
        return self.path or f"{{date}}.{ENDINGS[self.kind]}"


class MarkdownOutputSettings(FileOutputSettings):
    """A folder of Markdown files: each day's edition, and the week's roll-up if wanted."""

    kind: Literal["markdown"] = Field(description="markdown")
    weekly: WeeklyPattern = Field(default="", description=_WEEKLY)


class HtmlOutputSettings(FileOutputSettings):
    """A folder of pages."""

    kind: Literal["html"] = Field(description="html")


class JsonOutputSettings(FileOutputSettings):
    """A folder of records."""

    kind: Literal["json"] = Field(description="json")


class GitOutputSettings(Section):
    """A branch of a git repository the edition is committed to."""

    kind: Literal["git"] = Field(description="git")
    remote: Annotated[str, AfterValidator(gitvalues.remote)] = Field(
        repr=False,
        description="a repository: an address such as https://git.example/me/news.git or "
        "git@git.example:me/news.git, or a folder",
    )
    branch: Annotated[str, AfterValidator(gitvalues.branch)] = Field(
        default="main", description="the name of a branch, such as main"
    )
    path: Annotated[str, AfterValidator(gitvalues.edition_path)] = Field(
        description="a path in the repository that ends in .md, .html or .json, such as "
        '"digests/{date:%Y/%m}/{date}.md"',
    )
    push: bool = Field(default=True, description="true or false")
    message: Annotated[str, AfterValidator(gitvalues.message)] = Field(
        default="Digest {date}",
        description='one line with {date}, {title}, {name} or {stories}, such as "Digest {date}"',
    )
    weekly: Annotated[str, AfterValidator(gitvalues.weekly)] = Field(
        default="", description=_WEEKLY
    )


OutputSettings = (
    MarkdownOutputSettings
    | HtmlOutputSettings
    | JsonOutputSettings
    | GitOutputSettings
    | EmailOutputSettings
)
