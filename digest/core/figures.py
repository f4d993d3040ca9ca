"""Figures in a text: money, percentages, dates, durations, plain numbers, in one normal form.

Two texts that say the same figure give the same string. Linear time, a bounded reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

LIMIT = 200_000  # characters read of one text; a newspaper page has under 30,000

_GAP = r"[ \u00a0\u2009\u202f]"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_UNITS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_SPELLED = {word: i for i, word in enumerate(_UNITS)}
_SPELLED |= {word: 10 * (i + 2) for i, word in enumerate(_TENS)}
_SPELLED |= {
    word: i + 2 for i, word in enumerate(_words("zwei drei vier fünf sechs sieben acht neun zehn"))
} | {"zwölf": 12}

_MAGNITUDES = {
    "hundred": 2,
    "thousand": 3, "k": 3, "tausend": 3,
    "million": 6, "millions": 6, "mn": 6, "mln": 6, "m": 6, "mio": 6, "millionen": 6,
    "millones": 6,
    "billion": 9, "billions": 9, "bn": 9, "bln": 9, "b": 9, "mrd": 9, "milliarde": 9,
    "milliarden": 9, "milliard": 9, "milliards": 9,
    "trillion": 12, "trillions": 12, "tn": 12, "trn": 12, "t": 12, "billionen": 12,
}  # fmt: skip
_CURRENCIES = {
    "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd", "dollars": "usd",
    "€": "eur", "eur": "eur", "euro": "eur", "euros": "eur",
    "£": "gbp", "gbp": "gbp", "pound": "gbp", "pounds": "gbp", "pfund": "gbp",
    "¥": "jpy", "jpy": "jpy", "yen": "jpy",
    "cn¥": "cny", "rmb": "cny", "cny": "cny", "yuan": "cny", "renminbi": "cny",
    "₩": "krw", "krw": "krw", "won": "krw", "₹": "inr", "inr": "inr", "rupees": "inr",
    "chf": "chf", "francs": "chf", "a$": "aud", "au$": "aud", "aud": "aud", "c$": "cad",
    "ca$": "cad", "cad": "cad", "hk$": "hkd", "hkd": "hkd", "s$": "sgd", "nt$": "twd",
    "r$": "brl", "₺": "try",
}  # fmt: skip
_DURATIONS = {
    "second": "second", "sekunde": "second", "minute": "minute", "hour": "hour",
    "stunde": "hour", "day": "day", "tag": "day", "tage": "day", "week": "week",
    "woche": "week", "month": "month", "monat": "month", "monate": "month", "quarter": "quarter",
    "quartal": "quarter", "quartale": "quarter", "year": "year", "yr": "year", "jahr": "year",
    "jahre": "year", "decade": "decade", "jahrzehnt": "decade",
}  # fmt: skip
_MONTHS = {
    name: i + 1
    for i, names_of_month in enumerate(
        (
            "january jan januar janvier enero", "february feb februar février febrero",
            "march mar märz mars marzo", "april apr avril abril", "may mai mayo",
            "june jun juni juin junio", "july jul juli juillet julio",
            "august aug août agosto", "september sep sept septembre septiembre",
            "october oct oktober octobre octubre", "november nov novembre noviembre",
            "december dec dezember décembre diciembre",
        )
    )
    for name in names_of_month.split()
}  # fmt: skip
_WEEKDAYS = _words(
    "monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag "
    "freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche"
)


def _any(words: Iterable[str]) -> str:
    """Return a regular expression for one of the words, the longest first."""
    return "|".join(sorted((re.escape(w) for w in words), key=len, reverse=True))


_MONTH = rf"(?P<month>{_any(_MONTHS)})\b\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|\.)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d%])"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w-]){_YEAR}-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?!\d)",
        rf"\b{_MONTH} {{1,2}}{_DAY}(?![\d.,]*\d)(?:,? {{1,2}}{_YEAR})?",
        rf"\b{_MONTH} {{1,2}}{_DAY}(?:,? {{1,2}}{_YEAR})",
        rf"(?<![\w.,$€£-]){_DAY} (?:of |de )?{_MONTH}(?!\w)(?:,?(?: de)? {{1,2}}{_YEAR})?",
        rf"\b{_MONTH},? (?:of )?{_YEAR}",
    )
)
_QUARTER = re.compile(
    r"\b(?:(?P<word>first|second|third|fourth)[ -]quarter|q(?P<digit>[1-4]))\b", re.IGNORECASE
)
_SPELLING = re.compile(
    rf"(?<![\w-])(?:(?P<half>half an? )(?=(?:m|b|tr)illion\b)"
    rf"|(?P<dozen>(?:a|one) dozen\b)"
    rf"|(?P<article>an? )(?=(?:hundred|thousand|(?:m|b|tr)illion)\b)"
    rf"|(?P<the>the two\b)"
    rf"|(?P<tens>{_any(_TENS)})(?:[- ](?P<ones>{_any(_UNITS[1:10])}))?(?!\w)"
    rf"|(?P<word>{_any(_SPELLED)})(?![\w]|-?(?:third|fifth|quarter)s?\b))",
    re.IGNORECASE,
)
_ONE_COUNTS = re.compile(
    rf"[ -](?:{_any(_MAGNITUDES)}|per ?cent|{_any(_DURATIONS)})\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?<![\w.,])(?:\d{1,3}(?:[.,'’\u00a0\u2009\u202f]\d{3}){1,6}(?:[.,]\d{1,6})?"
    r"|\d{1,15}(?:[.,]\d{1,6})?|(?<!\d)\.\d{1,6})(?!\d)"
)
_CURRENCY_BEFORE = re.compile(rf"(?<![\w$])(?:{_any(_CURRENCIES)}){_GAP}?$", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?:{_GAP}?[-‑]?(?P<magnitude>{_any(_MAGNITUDES)})\b\.?)?"
    rf"(?:{_GAP}?[-‑]?(?:US[ -])?(?P<currency>{_any(_CURRENCIES)})(?!\w))?"
    rf"(?P<points>{_GAP}?[- ]?(?:percentage|basis)[ -]points?\b|{_GAP}?Prozentpunkte?\b)?"
    rf"(?P<percent>{_GAP}?[- ]?(?:%|per ?cent\b|pct\b|prozent\b|pour ?cent\b|por ciento\b))?"
    rf"(?:{_GAP}?[-‑]?(?P<duration>{_any(_DURATIONS)})(?:s|n|en|-old|\b)(?!\w))?"
    rf"(?P<times>x\b|-?fold\b|{_GAP}times\b)?"
    rf"(?P<decade>s\b)?",
    re.IGNORECASE,
)
_MEASURES = re.compile(
    r"(?:[kMGTP]i?[BWb]h?|[GMk]Hz|[kcmn]m|kg|am|pm|st|nd|rd|th|bit|nm|ms|s|h|g|W|V|°?[CF])\b"
)
_RANGE = re.compile(
    rf"{_GAP}?(?:[-‑–—]|to|and|or|bis|und|oder){_GAP}?(?:{_any(_CURRENCIES)})?{_GAP}?",
    re.IGNORECASE,
)
# What a pattern takes for an i, a k or an s whatever the case, and ``lower`` does not.
_ASCII = str.maketrans("ıİſ\u212a", "iisk")
# Most titles have none of these: one look settles them.
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+")
_COUNTING = frozenset(
    (*_SPELLED, *_words("dozen quarter hundred thousand million billion trillion"))
)
_CALENDAR = re.compile(
    rf"\b(?:{_any(w.capitalize() for w in (*_WEEKDAYS, *(m for m in _MONTHS if len(m) > 4)))})\b"
    r"|\b(?:May|June|July|Juni|Juli|Mai|März)\b(?! not\b)"
)


def numbers(text: str) -> frozenset[str]:
    """Return the figures of a text in one normal form, as strings.

    "usd 13000000000" for money, "5%", "5pp" (percentage or basis points), "10x", "90 day" for
    durations, "1200" for plain numbers and years, "q2", "1990s", and for dates "06-18",
    "2025-06-18" with its parts, "2025-06". Spelled numbers count ("three" is "3"); "one" only with
    a unit, since it is mostly a pronoun, and "the two" never. Digits inside a name ("GPT-4.5",
    "H100") are no numbers.
    """
    text = text[:LIMIT].translate(_ASCII)
    said = set(_WORD.findall(text.lower()))
    if said.isdisjoint(_COUNTING) and not _DIGIT.search(text):
        return frozenset()
    text = _SPELLING.sub(_digits, text)
    found: set[str] = set()
    for match in _QUARTER.finditer(text):
        word = (match["word"] or "").lower()
        found.add(f"q{('first', 'second', 'third', 'fourth').index(word) + 1}" if word
                  else f"q{match['digit']}")  # fmt: skip
    for pattern in _DATES[:1] if said.isdisjoint(_MONTHS) else _DATES:
        text = pattern.sub(lambda match: _date(match, found), text)
    earlier: _Figure | None = None
    for match in _NUMBER.finditer(text):
        figure = _figure(text, match)
        if figure is None:
            continue
        if earlier and _RANGE.fullmatch(text, earlier.end, match.start()):
            earlier.share(figure)
        if earlier:
            found.add(earlier.form())
        earlier = figure
    if earlier:
        found.add(earlier.form())
    return frozenset(found)


class _Figure:
    """One number as read, with what stands around it."""

    def __init__(self, value: Decimal, end: int, bare: bool) -> None:
        self.value = value
        self.end = end  # where the digits end
        self.bare = bare  # a plain integer of four digits may be a year
        self.power = 0
        self.currency = self.unit = ""

    def share(self, other: _Figure) -> None:
        """Give this first half of a range the unit of its second half ("$5-10bn")."""
        year = self.bare and 1900 <= self.value < 2100
        if not (self.power or self.unit or year):
            self.power, self.unit = other.power, other.unit
            self.currency = self.currency or other.currency
            if self.currency and other.unit in ("", self.unit):
                other.currency = other.currency or self.currency

    def form(self) -> str:
        value = format((self.value * 10**self.power).normalize(), "f")
        return f"{self.currency} {value}" if self.currency else f"{value}{self.unit}"


def _digits(match: re.Match[str]) -> str:
    if match["half"]:
        return "0.5 "
    if match["dozen"]:
        return "12"
    if match["article"]:
        return "1 "
    if match["the"]:
        return "the  "
    if match["tens"]:
        ones = _SPELLED[match["ones"].lower()] if match["ones"] else 0
        return str(_SPELLED[match["tens"].lower()] + ones)
    word = match["word"].lower()
    if word in ("one", "zero") and not _ONE_COUNTS.match(match.string, match.end()):
        return match[0]
    return str(_SPELLED[word])


def _date(match: re.Match[str], found: set[str]) -> str:
    """Add a date's forms to ``found`` and return what stands in its place."""
    parts = match.groupdict()
    month = _MONTHS.get(parts["month"].lower()) or (
        int(parts["month"]) if parts["month"].isdecimal() else 0
    )
    day, year = int(parts.get("day") or 0), parts.get("year")
    if not 1 <= month <= 12 or day > 31 or ("day" in parts and day == 0):
        return match[0]
    if year:
        found |= {year, f"{year}-{month:02}"}
    if day:
        found.add(f"{month:02}-{day:02}")
        if year:
            found.add(f"{year}-{month:02}-{day:02}")
    return " ; "


def _figure(text: str, match: re.Match[str]) -> _Figure | None:
    """Return the number at ``match`` with its unit, or None where it is part of a name."""
    start, end = match.span()
    before = text[max(0, start - 24) : start]
    if before[-1:] in "-‑" and before and _ends_in_name(before[:-1]):
        return None
    figure = _Figure(_value(match[0]), end, match[0].isdecimal() and len(match[0]) == 4)
    prefix = _CURRENCY_BEFORE.search(before)
    if prefix:
        figure.currency = _CURRENCIES[prefix[0].strip().lower()]
    after = _AFTER.match(text, end, end + 60)
    stop = after.end() if after else end
    if stop == end and text[end : end + 1].isalpha():
        if _MEASURES.match(text, end):
            return figure
        return None
    if after is None:
        return figure
    if after["magnitude"]:
        figure.power = _MAGNITUDES[after["magnitude"].lower()]
    if after["currency"]:
        won = after["currency"].lower() == "won" and not after["magnitude"]  # mostly the verb
        figure.currency = "" if won else _CURRENCIES[after["currency"].lower()]
        if figure.currency == "eur" and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", match[0]):
            figure.value *= 1000  # "1.200 Euro" is German
    elif after["points"]:
        figure.unit = "pp"
    elif after["percent"]:
        figure.unit = "%"
    elif after["duration"]:
        figure.unit = " " + _DURATIONS[after["duration"].lower()]
    elif after["times"]:
        figure.unit = "x"
    elif after["decade"] and figure.bare:
        figure.unit = "s"
    return figure


def _ends_in_name(before: str) -> bool:
    word = re.search(r"[^\W_]+$", before)
    return bool(word) and any(c.isupper() for c in word[0])  # type: ignore[index]


def _value(digits: str) -> Decimal:
    """Return the value of digits with separators: the last kind of mark is the decimal one,
    unless it groups thousands."""
    digits = re.sub(r"['’\u00a0\u2009\u202f]", "", digits)
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands = "," if dot > comma else "."
        digits = digits.replace(thousands, "").replace(",", ".")
    elif comma >= 0:
        grouped = re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+", digits)
        digits = digits.replace(",", "" if grouped else ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    return Decimal(digits) if digits.count(".") <= 1 else Decimal(digits.replace(".", ""))


def calendar(text: str) -> frozenset[str]:
    """Return the days of the week and the capitalised months a text names, in lower case."""
    words = _CALENDAR.findall(text[:LIMIT])
    return frozenset(word.lower() for word in words)
