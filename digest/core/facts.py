"""The checkable facts of a text: its numbers, its names, its quotations.

Only the surface is read: no dictionary beyond the small tables here, linear time, bounded reach.
"""

from __future__ import annotations

import re

from digest.core.figures import LIMIT, calendar, numbers

__all__ = ["LIMIT", "calendar", "names", "numbers", "quotations"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Capitalised because they start a sentence or a headline, not because they name something.
_COMMON = _words(
    """
    a about above access according across add additionally adding after afterwards again against
    ahead all almost alone along already also although altogether always am amid among an and
    another any anyone anything apart are around as asked aside at away back backers based be
    because been before behind being below beneath beside besides best better between beyond big
    bigger both briefly broadly but buy buyers by calling can chief citing clearly close
    companies company competition could court courts critics currently customers data deal deals
    debate dear despite did do does done down due during each earlier early either else
    elsewhere employees engineers enough especially even eventually ever every everyone
    everything exactly except executives experts fewer few finally find first five following for
    former four free from full further get given giving go goes good got great growing had half
    has have having he help hence her here hers him his hold how however i if in inc including
    indeed industry insiders inside instead into investors is issues it its itself join just
    keep key know known large last late later latest lawmakers lawyers lead leaders learn least
    less let like likely little live long look looking made major make makes making many market
    markets may maybe me meanwhile meet members might money more moreover most much must my name
    near nearly neither never nevertheless new news next night nonetheless no nobody none nor
    not note nothing notably now of off officials often old on once one ones only open or
    originally other others otherwise our out outside over overall owners own part partly parts
    people perhaps plans plus possibly potential previously prices prior private pro publishers
    put quite rather read recent recently regardless regulators related report reported
    reportedly reports researchers results right rivals said same say saying says schools
    scientists second see seen senior set several shares she should show shows similar similarly
    since sixth small so software some someone something sometimes soon sources speaking staff
    start startups still students such sure take talks tech teams tell ten than that the their
    them then there thereafter therefore these they thing things third this those though
    thousands three through throughout thus time times to today together tomorrow tonight too
    top total toward towards trading try two under unless unlike until up upon us use used users
    using usually various vendors very via want was watch we week well were what whatever when
    whenever where whereas whether which while who whoever whole whose why will with within
    without workers world would year years yes yesterday yet you young your analysts authorities
    chipmakers developers discussions documents figures governments governance hundreds insider
    internal jobs judges lawsuits millions models negotiations newly nine nonprofit opinion
    parents partners partnership police president professor prosecutors revenue safety sales
    search seven six spending spokespeople spokesperson spokesman spokeswoman stock teachers
    technology trade training update writers auch auf aus bei beide bereits bis da dabei damit
    dann das dass dem den denn der deshalb die dies diese dieser dieses doch dort drei durch ein
    eine einem einen einer eines er es etwa für gegen ihr ihre im ist jetzt kein laut man mehr
    mit nach nachdem neue noch nun nur ob obwohl oder ohne schon sein seit sich sie sind sowie
    trotz um und unter viele vom von vor wann war warum weil wenn wer werden wie wir wird wo zu
    zudem zum zur zwar zwei zwischen über au aux avec ce ces cette dans des du elle en est et il
    ils la le les leur mais nous par pour que qui sa selon ses son sur un une al con del el ella
    entre esta este los las para pero por se según su sus una y
    """
)
_ABSTRACT = re.compile(
    r"(?:[a-z]{4,}(?:ings?|ly|tion|sion|ment|ness|ist)|[a-zà-ÿ]{3,}[a-hj-rtv-z]s)$"
)
_ARTICLES = _words("a an and at by for from i in it its my of on or our the to we with")
# Acronyms and titles that name nobody.
_GENERIC = _words(
    """
    ai ki ia ml it pr hr tv pc pcs vr ar xr ok faq pdf url urls html json csv http https api apis
    app apps ceo ceos cto cfo coo cmo cio vp svp evp llm llms lm gpu gpus cpu cpus tpu tpus npu ipo
    ipos sdk sdks ui ux os rag agi asi gen mr mrs ms dr prof sir inc ltd llc corp co plc gmbh ag
    q1 q2 q3 q4 usd eur gbp jpy cny b2b b2c saas yoy qoq am pm est et pt pst edt utc gmt rss wi-fi
    millionen milliarden milliarde dollar dollars euro euros prozent mal
    """
)
# Names that stay names in a headline where every word is capitalised; the field's most reported.
_WELL_KNOWN = _words(
    """
    adobe alibaba alphabet altman amazon amd amodei anthropic apple arm azure baidu bing bloomberg
    broadcom bytedance cerebras chatgpt claude cohere copilot cursor databricks deepmind deepseek
    facebook gemini google grok groq hassabis huawei ibm inflection instagram intel llama meta
    microsoft midjourney mistral moonshot musk nadella nvidia openai oracle palantir perplexity
    pichai qualcomm qwen reddit reuters salesforce samsung sora softbank spacex tencent tesla tiktok
    trump tsmc twitter wikipedia xai xiaomi youtube zuckerberg china europe france germany india
    japan korea russia taiwan britain
    """
)
_GERMAN = re.compile(
    r"\b(?:der|die|das|und|ist|nicht|mit|ein|eine|einen|auf|für|von|dem|den|des|sich|wird|im|zu)\b"
)
_TOKEN = re.compile(r"[^\W\d_](?:[^\W_]|[.'’&+‑-](?=[^\W_])|(?<=[A-Z])\.(?=[\s,;]|$)){0,60}\+{0,2}")
_POSSESSIVE = re.compile(r"(?:['’]s|['’])$")
_TAIL = re.compile(r"(?<=[^\W\d_])[-‑][a-zà-ÿ]{2,}(?:-[a-zà-ÿ]+)*$")  # "Microsoft-backed"
_HEAD = re.compile(r"[a-z]{2,}[-‑](?=[A-Z][a-zA-Z])")  # "non-Microsoft"
_DOTTED = re.compile(r"(?:[A-Z]\.){1,6}[A-Z]?\.?")
_JOINS = re.compile(r" (?:(?:of|de|du|von|van|der|den|di|da|al|bin|&) ){1,2}")
_STARTS = re.compile(
    r"(?:^|[.!?…:;•|]['\"”’»)\]]*\s|[\n\r])[^\w]*$|(?:^|[\s(\[])[“\"„«‘'»]$|[–—]\s?$"
)


class _Token:
    """A word with what decides whether it names something."""

    __slots__ = ("end", "lower", "start", "starts", "text")

    def __init__(self, text: str, start: int, end: int, starts: bool) -> None:
        self.text, self.start, self.end, self.starts = text, start, end, starts
        self.lower = text.lower()

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def strong(self) -> bool:
        """The shape itself says name: OpenAI, xAI, IBM, GPT-4.5, o3."""
        word = self.text
        if any(c.isdecimal() for c in word):
            return True
        return len(word) > 1 and any(
            c.isupper() for part in re.split(r"[-‑.'’&]", word) for c in part[1:]
        )


class _Line:
    """A line of text as words, and what its capitals mean."""

    def __init__(self, raw: str, heading: bool = False) -> None:
        self.raw = raw
        self.tokens = _tokens(raw)
        longer = [t for t in self.tokens if len(t.text) > 3]
        shouted = sum(t.text.isupper() for t in longer)
        plain = [t for t in longer if not t.strong and (t.capital or t.lower not in _COMMON)]
        small = sum(not t.capital for t in plain)
        # Every word in capital letters; or of the longer words at most one in five small.
        self.shouts = len(longer) >= 3 and 5 * shouted >= 4 * len(longer)
        sentence = raw.rstrip().endswith((".", "…"))
        capitals = len(plain) >= 3 and 5 * small <= len(plain)
        self.title = heading or self.shouts or (capitals and not sentence)


def names(text: str, *, heading: bool = False) -> frozenset[str]:
    """Return the names a text mentions: people, firms, places, products, as written.

    "Sam Altman", "OpenAI", "GPT-4.5", "Bank of America"; possessives and the dots of "U.S." are
    stripped. The capital of a sentence's first word counts only for a word that is not common and
    is written small nowhere else in the text. In a headline with capitals throughout, and in
    German, a word counts only if its shape says name, if it is well known, or if running text
    shows it as one; so too wherever ``heading`` says that each line is a heading. Days,
    months and generic acronyms ("AI", "CEO") name nobody.
    """
    text = text[:LIMIT]
    german = 8 * len(_GERMAN.findall(text)) > text.count(" ") + 1
    lines = [_Line(raw, heading) for raw in text.splitlines()]
    small = {t.lower for line in lines for t in line.tokens if not t.capital}
    running = {
        t.lower
        for line in lines
        if not line.title
        for t in line.tokens
        if t.capital and not t.starts
    }
    found: set[str] = set()
    for line in lines:
        kept = [t for t in line.tokens if _counts(t, line, german, small, running)]
        found |= _joined(kept, line.raw, german)
    return frozenset(found)


def quotations(text: str) -> tuple[str, ...]:
    """Return what stands between quotation marks, three words or more, in order."""
    found: list[tuple[int, str]] = []
    for pattern in _QUOTES:
        for match in pattern.finditer(text[:LIMIT]):
            words = match[1].strip()
            if len(words.split()) >= 3:
                found.append((match.start(), words))
    return tuple(words for _, words in sorted(found))


_QUOTES = tuple(
    re.compile(pattern)
    for pattern in (
        r"“([^“”\n]{1,1000})”",
        r"„([^„“”\"\n]{1,1000})[“”\"]",
        r"«([^«»\n]{1,1000})»",
        r"»([^«»\n]{1,1000})«",
        r"(?<!\w)\"(?=\S)([^\"\n]{1,1000})(?<=\S)\"",
        r"(?<!\w)‘([^‘\n]{1,1000}?)’(?!\w)",
    )
)


def _tokens(line: str) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(line):
        start = match.start()
        if start and (line[start - 1].isdecimal() or line[start - 1] in "@#_\\"):
            continue  # "13bn", a handle, a path
        word = _TAIL.sub("", _POSSESSIVE.sub("", match[0]))
        if lead := _HEAD.match(word):
            start, word = start + lead.end(), word[lead.end() :]
        if _DOTTED.fullmatch(word):
            word = word.replace(".", "")
        starts = bool(_STARTS.search(line[max(0, start - 8) : start])) or start == 0
        end = match.end()
        parts = word.split("-")
        if (
            len(parts) == 2
            and any(part.lower() in _WELL_KNOWN for part in parts)
            and parts[1].isalpha()
        ):
            middle = start + len(parts[0])  # "Microsoft-OpenAI" names two
            tokens.append(_Token(parts[0], start, middle, starts))
            start, word, starts = middle + 1, parts[1], False
        tokens.append(_Token(word.rstrip("."), start, end, starts))
    return tokens


def _counts(token: _Token, line: _Line, german: bool, small: set[str], running: set[str]) -> bool:
    word = token.lower
    if word in _GENERIC or len(word) < 2 or calendar(token.text):
        return False
    if word in _WELL_KNOWN and token.capital:
        return True
    if token.strong and not (line.shouts and token.text.isalpha()):
        return True
    if not token.capital:
        return False
    if line.title:
        return word in running and word not in small and word not in _COMMON
    if token.starts:
        if word in _COMMON:
            return False
        return word in running or not (german or word in small or _ABSTRACT.match(word))
    return word not in _ARTICLES


def _joined(kept: list[_Token], line: str, german: bool) -> set[str]:
    """Join names that stand side by side into one; in German a weak single word is dropped."""
    found: set[str] = set()
    group: list[_Token] = []

    def close() -> None:
        if all(t.lower in _COMMON and not t.strong for t in group):
            return  # "New" alone is no name, "New York" is
        known = group[0].strong or group[0].lower in _WELL_KNOWN
        if not german or len(group) > 1 or known:
            found.add(line[group[0].start : group[-1].start] + group[-1].text)

    for token in kept:
        if group:
            between = line[group[-1].end : token.start]
            side_by_side = between == " " or (not german and bool(_JOINS.fullmatch(between)))
            possessed = not line.startswith(group[-1].text, group[-1].start) or (
                group[-1].end - group[-1].start > len(group[-1].text)
            )
            if not side_by_side or possessed or len(group) >= 6:
                close()
                group = []
        group.append(token)
    close()
    return found
