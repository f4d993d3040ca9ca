"""What the documents point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    links = re.findall(r"\]\((?!https?://|#)([^)\s]+)\)", text)
    missing = [link for link in links if not (document.parent / link.partition("#")[0]).exists()]
    assert missing == []


@pytest.mark.parametrize("picture", ["demo", "email", "markdown"])
def test_the_readme_shows_the_page_the_mail_and_the_markdown(picture: str) -> None:
    assert f"](docs/images/{picture}.png)" in (ROOT / "README.md").read_text("utf-8")


def test_every_command_the_readme_shows_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    from digest import cli

    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r"^    (?:.*&& )?(?:\S*/)?digest ([a-z]+(?: [a-z]+)?)", readme, re.MULTILINE)
    assert len(shown) > 6
    for words in shown:
        names = words.split()
        command = names if names[0] in ("editions", "subscribers", "state") else names[:1]
        assert cli.answer([*command, "--help"]) == 0, words
    assert "Usage" in capsys.readouterr().out
