"""What of a source in another language can be held against a sentence told in the edition's own.

Figures cross, and names, days and months; words do not. So a source lends its figures in the other
notation (1.200,5 and 1,200.5), and for each day, month, country or institution that is called
otherwise elsewhere, what it is called there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# One thing a line, or more after a semicolon: English, German, French, Spanish, Italian,
# Portuguese, Dutch.
_CALLED: Final = """
Monday; Montag; lundi; lunes; lunedì; segunda-feira; maandag
Tuesday; Dienstag; mardi; martes; martedì; terça-feira; dinsdag
Wednesday; Mittwoch; mercredi; miércoles; mercoledì; quarta-feira; woensdag
Thursday; Donnerstag; jeudi; jueves; giovedì; quinta-feira; donderdag
Friday; Freitag; vendredi; viernes; venerdì; sexta-feira; vrijdag
Saturday; Samstag; samedi; sábado; sabato; zaterdag
Sunday; Sonntag; dimanche; domingo; domenica; zondag
January; Januar; janvier; enero; gennaio; janeiro; januari
February; Februar; février; febrero; febbraio; fevereiro; februari
March; März; mars; marzo; março; maart
April; avril; abril; aprile
May; Mai; mayo; maggio; maio; mei
June; Juni; juin; junio; giugno; junho
July; Juli; juillet; julio; luglio; julho
August; août; agosto; augustus
September; septembre; septiembre; settembre; setembro
October; Oktober; octobre; octubre; ottobre; outubro
November; novembre; noviembre; novembro
December; Dezember; décembre; diciembre; dicembre; dezembro
AI; KI; IA; Artificial Intelligence; Künstliche Intelligenz
US; U.S.; USA; United States; Vereinigte Staaten; Vereinigten Staaten; États-Unis; EE. UU.;
EE.UU.; Estados Unidos; Stati Uniti; Verenigde Staten; EUA
UK; United Kingdom; Britain; Großbritannien; Vereinigtes Königreich; Royaume-Uni; Reino Unido;
Regno Unito; Verenigd Koninkrijk
EU; European Union; Europäische Union; Europäischen Union; UE; Union européenne; Unión Europea;
Unione europea; União Europeia; Europese Unie
European Commission; EU Commission; Commission; EU-Kommission; Europäische Kommission;
Europäischen Kommission; Commission européenne; Comisión Europea; Commissione europea; Comissão
Europeia; Europese Commissie
European Parliament; EU-Parlament; Europäisches Parlament; Europäische Parlament; Parlement
européen; Parlamento Europeo; Parlamento europeo; Parlamento Europeu; Europees Parlement
Europe; Europa; European; europäische; européenne; européen; europea; europeo; europeia; europese
Germany; Deutschland; Allemagne; Alemania; Germania; Alemanha; Duitsland; German; deutsche;
deutschen; allemand; allemande
France; Frankreich; Francia; França; Frankrijk; French; französische; français; française
Spain; Spanien; Espagne; España; Spagna; Espanha; Spanje
Italy; Italien; Italie; Italia; Itália; Italië
Netherlands; Niederlande; Pays-Bas; Países Bajos; Paesi Bassi; Países Baixos; Nederland
Austria; Österreich; Autriche; Áustria; Oostenrijk
Switzerland; Schweiz; Suisse; Suiza; Svizzera; Suíça; Zwitserland
China; Chine; Cina; Chinese; chinesische; chinesischen; chinois; chinoise
Japan; Japon; Japón; Giappone; Japão
India; Indien; Inde; Índia
Brussels; Brüssel; Bruxelles; Bruselas; Bruxelas; Brussel
Munich; München
Cologne; Köln
Vienna; Wien; Vienne; Viena; Wenen
Zurich; Zürich
"""
_SEPARATOR: Final = re.compile(r"(?<=\d)[.,](?=\d)")
_GAP: Final = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")


def lent(text: str) -> str:
    """Return a source's text with what it says in other notations and by other names."""
    swapped = _GAP.sub(",", _SEPARATOR.sub(lambda m: "," if m[0] == "." else ".", text))
    parts = [text, swapped] if swapped != text else [text]
    found = {name.casefold() for name in _pattern().findall(text)}
    for names in _rows():
        if any(name.casefold() in found for name in names):
            parts.append("; ".join(names))
    return "\n".join(parts)


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, ...], ...]:
    lines = _CALLED.strip().replace(";\n", "; ").splitlines()
    return tuple(tuple(line.split("; ")) for line in lines)


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = sorted({name for row in _rows() for name in row}, key=len, reverse=True)
    # Short names are words of other languages when they are written small.
    parts = (re.escape(n) if len(n) < 4 else f"(?i:{re.escape(n)})" for n in names)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")
