"""Which company a story is about."""

from __future__ import annotations

import pytest

from digest.core.companies import shown, subject


@pytest.mark.parametrize(
    ("titles", "company"),
    [
        (["Ormond buys Pellmark", "Pellmark goes to Ormond", "Ormond grows"], "ormond"),
        (["Ada Korr, long at Anthropic, is leaving"], "Anthropic"),
        (["A tool for Claude Code", "ChatGPT and Claude get a tool"], "Anthropic"),
        (["a meta study of apple growers"], ""),
        (["Ormond shows a thing", "Pellmark shows a thing", "Fennika shows a thing"], ""),
        (["Qwen3.8-2.4T is here"], "Alibaba"),
        ([], ""),
    ],
)
def test_a_story_is_about_the_company_most_titles_name(titles: list[str], company: str) -> None:
    assert subject(titles) == company


def test_a_company_is_shown_as_it_is_spelt() -> None:
    assert (shown("OpenAI"), shown("ormond")) == ("OpenAI", "Ormond")
