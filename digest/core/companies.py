"""Which company a story is about, by its titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from digest.core.facts import names

# By the names of companies, of their models and products, and of those who lead them. Names that
# are everyday words are left out.
_KNOWN: Final = """
OpenAI: openai chatgpt gpt codex sora altman brockman dall-e
Anthropic: anthropic claude amodei
Google: google gemini deepmind alphabet pichai hassabis notebooklm waymo gemma veo pixel youtube
Microsoft: microsoft copilot azure nadella bing github linkedin windows xbox
Meta: meta facebook instagram whatsapp llama zuckerberg
Amazon: amazon aws alexa bezos jassy bedrock trainium
Apple: apple siri iphone ipad macos ios airpods
Nvidia: nvidia huang cuda nemotron geforce blackwell
xAI: xai grok musk spacexai spacex
Tesla: tesla
Neuralink: neuralink
DeepSeek: deepseek
Alibaba: alibaba qwen
ByteDance: bytedance doubao tiktok
Tencent: tencent hunyuan
Baidu: baidu ernie
Huawei: huawei
Moonshot: moonshot kimi
Zhipu: zhipu z.ai glm
MiniMax: minimax
Mistral: mistral
Cohere: cohere
Perplexity: perplexity
Hugging Face: huggingface hugging
Oracle: oracle ellison
Intel: intel
AMD: amd
TSMC: tsmc
Samsung: samsung
Qualcomm: qualcomm
Broadcom: broadcom
SoftBank: softbank
IBM: ibm watsonx
Salesforce: salesforce benioff agentforce
Databricks: databricks
Palantir: palantir
Adobe: adobe firefly
Spotify: spotify
Uber: uber
Disney: disney
Netflix: netflix
Reddit: reddit
Cloudflare: cloudflare
CoreWeave: coreweave
Snowflake: snowflake
"""
_WORD: Final = re.compile(r"[^\W_]+(?:[.-][^\W_]+)*")
_VERSION: Final = re.compile(r"[\d.].*\Z")  # "qwen3.8-2.4t" is of those who make Qwen
_NAMED_IN: Final = 0.5  # of a story's titles


def subject(titles: Iterable[str]) -> str:
    """Return the company most of the titles name, the one named first of several, or "".

    A company of the table goes before an unknown name; of an unknown one the first word counts,
    in small letters.
    """
    listed = list(titles)
    for naming in (_known, _unknown):
        count: Counter[str] = Counter()
        first: dict[str, float] = {}
        for title in listed:
            for place, name in enumerate(dict.fromkeys(naming(title))):
                count[name] += 1
                first[name] = first.get(name, 0.0) + place / len(listed)
        often = [name for name in count if count[name] >= _NAMED_IN * len(listed)]
        if often:
            return min(often, key=lambda name: (-count[name], first[name], name))
    return ""


def known(titles: Iterable[str]) -> frozenset[str]:
    """Return the companies of the table that titles name."""
    return frozenset(name for title in titles for name in _known(title))


def shown(name: str) -> str:
    """Return a company's name as it is printed."""
    return name if name in _table().values() else name.capitalize()


def _known(title: str) -> list[str]:
    table = _table()
    found = []
    for word in _WORD.findall(title.replace("’s", "").replace("'s", "")):
        if not word[:1].islower() or any(c.isupper() for c in word):
            lowered = word.lower()
            keys = (lowered, lowered.partition("-")[0], _VERSION.sub("", lowered))
            found += [table[key] for key in keys if key in table][:1]
    return found


def _unknown(title: str) -> list[str]:
    found = sorted((title.find(name), name) for name in names(title))
    return [name.split()[0].casefold() for _, name in found]


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    lines = [line.partition(": ") for line in _KNOWN.splitlines() if line]
    return {word: name for name, _, listed in lines for word in listed.split()}
