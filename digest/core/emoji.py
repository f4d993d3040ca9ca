"""One emoji for a heading: is this exactly one, and which would fit?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

# Characters below U+10000 that Unicode lists as emoji: those shown in colour on their own, and
# those that need U+FE0F for it (emoji-data.txt of Unicode 16).
_COLOURED: Final = (
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺"
    "⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
_PLAIN: Final = (
    "☀☁☂☃☄☎☑☘☝☠☢☣☦☪☮☯☸☹☺♀♂♟♠♣♥♦♨♻♾⚒⚔⚕⚖⚗⚙⚛⚜⚠⚧⚰"
    "⚱⛈⛏⛑⛓⛩⛰⛱⛴⛷⛸⛹✂✈✉✌✍✏✒✔✖✝✡✳✴❄❇❣❤➡⤴⤵⬅⬆⬇↔↕↖↗↘"
    "↙↩↪⌨⏏⏭⏮⏯⏱⏲⏸⏹⏺▪▫▶◀◻◼‼⁉ℹ〰〽㊗㊙"
)
_HIGH: Final = (
    "\U0001f004\U0001f0cf\U0001f300-\U0001f3fa\U0001f400-\U0001f64f\U0001f680-\U0001f6ff"
    "\U0001f7e0-\U0001f7eb\U0001f7f0\U0001f90c-\U0001f9ff\U0001fa70-\U0001faff"
)
_PART: Final = rf"[{_COLOURED}{_PLAIN}{_HIGH}]\ufe0f?[\U0001f3fb-\U0001f3ff]?"
_FLAG: Final = (
    "[\U0001f1e6-\U0001f1ff]{2}|\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f"
    "|[0-9#*]\ufe0f?\u20e3"
)
_ONE: Final = re.compile(rf"{_FLAG}|{_PART}(?:\u200d{_PART}){{0,4}}")
_LEADING: Final = re.compile(rf"\s*(?:{_ONE.pattern}|\ufe0f)\s*")


def single(text: str) -> str:
    """Return ``text``'s emoji where that is all it holds, and "" for anything else.

    White space around it is cut; a character that is shown in black without it gets U+FE0F.
    """
    emoji = text.strip()[:40]
    if not _ONE.fullmatch(emoji) or unicodedata.category(emoji[0]) == "Cn":
        return ""
    return emoji + "\ufe0f" if len(emoji) == 1 and emoji in _PLAIN else emoji


def without_leading(text: str) -> str:
    """Return ``text`` without the emoji it begins with."""
    while match := _LEADING.match(text):
        text = text[match.end() :]
    return text.strip()


# The first key that begins a word of the heading decides.
_FITTING: Final = (
    ("lawsuit su court judge legal copyright antitrust klage gericht", "⚖️"),
    ("regulat law govern senat parliament congress minist policy gesetz", "🏛️"),
    ("chip gpu semicon processor accelerator hardware silicon", "🔌"),
    ("data-cent datacent cloud server comput infrastruct", "🏗️"),
    ("energy power electric gigawatt nuclear strom energie", "🔋"),
    ("fund rais invest valuation billion million stake financ ipo share revenue price cost", "💰"),
    ("acqui merg deal agree partner allianc contract talk negotiat", "🤝"),
    ("secur hack attack breach vulnerab malware cyber", "🔒"),
    ("safe risk align warn danger harm", "🛡️"),
    ("research study paper scien benchmark math", "🔬"),
    ("model gpt llm release launch unveil introduc open-weight", "🚀"),
    ("robot humanoid drone", "🤖"),
    ("health medic drug patient doctor hospital", "🩺"),
    ("school student teach educat universit", "🎓"),
    ("code coding develop program software agent", "💻"),
    ("voice audio music speech", "🎧"),
    ("image video film photo", "🎬"),
    ("search brows", "🔍"),
    ("job worker layoff hire staff employ union", "👥"),
    ("ceo chief executive leader found board resign depart", "👔"),
    ("reaction respon critic statement said say quote", "💬"),
    ("date deadline plan next schedul timeline when future outlook", "📅"),
    ("number figure grow rise fall market", "📊"),
    ("change shift update switch backup", "🔄"),
)
_NEUTRAL: Final = ("📰", "📌", "🧩", "🧭", "📎", "🗂️", "🔎", "💡", "🧠", "📣", "🌐", "⚡")
_WORD: Final = re.compile(r"[a-zà-ÿ][a-zà-ÿ-]*")


def fitting(heading: str, taken: Collection[str] = ()) -> str:
    """Return an emoji that fits the heading's words and is not taken yet; always the same one."""
    words = _WORD.findall(heading.lower()[:300])
    for keys, emoji in _FITTING:
        if emoji not in taken and any(word.startswith(tuple(keys.split())) for word in words):
            return emoji
    return next((e for e in _NEUTRAL if e not in taken), _NEUTRAL[0])
