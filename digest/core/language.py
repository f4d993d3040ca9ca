"""Which language a text is in: by its script, its small words, its letters and its endings.

Small words settle a paragraph. A headline has few of them, so words that headlines are made of
stand beside them, and letters and endings that one language has and its neighbours have not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’](?=[^\W\d_]))?")
_TAG: Final = re.compile(r"\s*([A-Za-z]{2,3})(?![A-Za-z])")

# By language: small words, then words of headlines.
_WORDS: Final[dict[str, str]] = {
    "en": """
        the of and to is that for with as are was were by from this which its have has been will
        would not but they their it be at an or said after about who more than on you in a we our
        your he she his her i how why what when where can could should may might into over under
        out up off down before between against during without within through across while because
        if so no all some any most many much these those there here just still only also even
        new says say could us now first next than makes make made gets get got using use uses
        launches launch raises raise releases release announces unveils introducing introduces
        sues bans buys wants plans faces adds builds takes gives brings lets helps shows finds
        joins hires leads drops rolls cuts rises falls wins loses deal talks startup companies
        company billion million years year week day report data models model chips open source
        agents agent tools tool people world work better best faster free inside meet against
        safety security research researchers lawsuit court law chief founder funding round
        """,
    "de": """
        der die das und ist nicht mit von dem den des ein eine einen einer eines für auf sich auch
        als werden wird wurde bei beim nach aus zu im zum zur dass haben sind über sie es aber oder
        noch nur wie durch soll sollen am vom um an bis vor gegen ohne zwischen unter wenn weil
        kann können muss müssen will wollen hat war waren ihre ihr ihren seine sein seinen er wir
        ich man mehr sehr neue neuen neuer neues neu jetzt schon wieder warum was wer wo so kein
        keine hier diese dieser dieses dieser alle allen viele heute
        startet stellt bringt kommt geht macht gibt zeigt plant kauft verklagt fordert warnt baut
        sammelt erhält setzt will steigt sinkt darf könnte millionen milliarden jahre jahren euro
        künstliche künstlicher intelligenz ki unternehmen forscher gericht urteil klage gesetz
        regierung modell modelle sprachmodell deutschland deutsche deutschen nutzer chef
        vorstellt vor ein aus auf unter ab nutzt kritik studie
        """,
    "fr": """
        le la les des et est une un du que qui dans pour sur avec pas par au aux ce cette sont
        plus ne se il elle ses leur leurs été mais nous vous son sa de à en ou où comment pourquoi
        quand très après avant contre sans entre chez vers dès déjà encore tout tous toute toutes
        ces cet on peut doit fait être avoir ont a l' d' c' s' n' qu' j' y
        lance dévoile annonce veut lève rachète millions milliards ans nouveau nouvelle nouveaux
        nouvelles intelligence artificielle ia entreprise entreprises modèle modèles justice loi
        procès français française données selon face
        """,
    "es": """
        el la los las de y que en un una es por con para del se su sus al lo como más pero fue ha
        han este esta estos son no le les ya entre sobre también a o qué cómo cuándo por si sin
        desde hasta contra tras ante según hay ser está están puede muy todo todos cada donde
        lanza presenta anuncia quiere compra millones años nuevo nueva nuevos nuevas inteligencia
        artificial empresa empresas modelo modelos ley demanda juez datos gobierno así
        """,
    "it": """
        il lo gli di e che è un una uno per con non del della dei delle degli dello nel nella nei al
        alla alle agli sono più come anche dal dalla si da ha hanno questo questa ma su sul sulla
        le la i a in o se cosa perché quando dove tra fra contro senza dopo prima ecco tutto tutti
        lancia annuncia presenta vuole compra milioni miliardi anni nuovo nuova nuovi nuove
        intelligenza artificiale ia azienda aziende modello modelli legge dati dell' l' un' all'
        nell' sull' dall' c' d'
        """,
    "pt": """
        o a os as de e que em um uma é por com para do da dos das no na nos nas não se mais como mas
        ao aos à às foi são pela pelo pelas pelos sua seu suas seus também já ou ser está estão tem
        têm até sem sobre entre após contra quando onde isso este esta pode muito todo todos
        lança anuncia apresenta quer compra milhões bilhões anos novo nova novos novas inteligência
        artificial ia empresa empresas modelo modelos lei dados governo diz
        """,
    "nl": """
        de het een en van dat op te voor met zijn niet aan er om ook als bij door maar uit naar dan
        nog wordt worden deze heeft hebben is in over tot onder tegen zonder tussen na al wel geen
        kan kunnen moet moeten wil willen gaat komt waarom hoe wat wie waar meer veel zo hun haar
        ze hij wij je jij u wordt werd
        lanceert kondigt miljoen miljard jaar nieuw nieuwe bedrijf bedrijven kunstmatige
        intelligentie rechter wet gegevens nederlandse zegt
        """,
    "sv": """
        och i att det som en på är av för med den till inte ett om har de var från men ska kan när
        så nu vid efter sin sina sitt han hon vi du eller mot utan mellan under över hur varför vad
        nya ny nytt miljoner miljarder år företag företaget ai-modell säger vill lanserar blir
        också alla mer än
        """,
    "da": """
        og i at det som en på er af for med den til ikke et om har de var fra men skal kan når så nu
        ved efter sin sine han hun vi du eller mod uden mellem under over hvordan hvorfor hvad ny
        nye nyt millioner milliarder år virksomhed virksomheder siger vil lancerer bliver også alle
        mere end blev
        """,
    "no": """
        og i å at det som en på er av for med den til ikke et om har de var fra men skal kan når så
        nå ved etter sin sine han hun vi du eller mot uten mellom under over hvordan hvorfor hva ny
        nye nytt millioner milliarder år selskap selskapet sier vil lanserer blir også alle mer enn
        ble
        """,
    "pl": """
        i w na z do się nie że to jest o jak za od po przez dla są ale czy co już tylko może ma przy
        oraz który która które będzie był była tym tego jego ich przed bez nad pod między dlaczego
        nowy nowa nowe nowych milionów miliardów lat sztuczna sztucznej inteligencja inteligencji
        firma firmy model modele ustawa
        """,
    "tr": """
        ve bir bu için ile de da ne çok daha olarak olan gibi kadar sonra en ama veya ya mi mı
        değil var yok yeni göre nasıl neden milyon milyar yıl yapay zeka zekâ şirket şirketi
        """,
}
# What one of these languages has and its neighbours on the page have not, or seldom.
_SIGNS: Final[dict[str, re.Pattern[str]]] = {
    "en": re.compile(r"(?:ings?|ness|ght|ships?|ful|ers|ies|[^i]ly|ck|wn|sh|ey|oo[dklm]s?)\b"),
    "de": re.compile(r"ß|[äöü]|(?:ung|ungen|keit|heit|schaft|lich|liche|ieren|iert)\b"),
    "fr": re.compile(r"[êîœ]|ç[ao]|è[rst]|\bl['’]|\bd['’]|(?:eaux|aux|euse|ées|ement)\b"),
    "es": re.compile(r"[ñ¿¡]|(?:ción|ciones|dades|ándose|ía)\b"),
    "it": re.compile(
        r"\b(?:dell|nell|all|sull|dall|un)['’]|(?:zione|zioni|mente|ità|aggio|etto)\b"
    ),
    "pt": re.compile(r"[ãõ]|(?:ção|ções|ões|mento|agem)\b"),
    "nl": re.compile(r"ij[a-z]|(?:heid|schap|lijk|lijke|isch|eert)\b"),
    "sv": re.compile(r"[åäö]|(?:arna|orna|ning|ningen)\b"),
    "da": re.compile(r"[æøå]|(?:erne|ning|ningen|ede)\b"),
    "no": re.compile(r"[æøå]|(?:ene|ning|ningen|ert)\b"),
    "pl": re.compile(r"[łążźśćęń]|(?:ości|owy|owa|anie|enia)\b"),
    "tr": re.compile(r"[ışğ]|(?:ları|leri|lar|ler|yor|dı|di)\b"),
}
_SCRIPTS: Final = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("uk", re.compile("[іїєґІЇЄҐ]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_FEW: Final = {"ja": 0.1, "uk": 0.04}  # share of letters that is enough; half for the others
_SAMPLE: Final = 6000  # characters that settle the question
_LEAST: Final = 1.4  # of a word's weight, which is less where several languages have it
_LEAD: Final = 1.4  # times the next language's
_SHARE: Final = 0.12  # of the words
_SHORT: Final = 250  # characters; a longer text is surely told
_HEADLINE: Final = 24  # words; with more, small words are enough and far quicker
_LONGEST: Final = 40  # letters of a word that is looked at
_SIGN: Final = 0.5  # of a word's weight
_KIN: Final = {"da": ("da", "no"), "no": ("da", "no")}  # one or the other will do


def declared(tag: str) -> str:
    """Return the primary language of a declared tag, "en" for "en-GB"; "" for what names none."""
    primary = _TAG.match(tag)
    return primary[1].lower() if primary else ""


def language(text: str) -> str:
    """Return the language of ``text`` as "en", "de", "fr", …, or "" when it cannot be told.

    Of 3,710 English headlines 87 % are told and 2 taken for another language; of 134 German ones
    92 % and none.
    """
    return _told(text, _LEAST, _LEAD)


def spoken(text: str, declared: str) -> str:
    """Return the language of ``text`` where ``declared`` is what its page or feed says it is.

    What the words say counts: feeds declare what their software was set to. A headline has to say
    it clearly, though. Where the words say nothing, the declaration stands.
    """
    told = language(text)
    if told and declared and told != declared and len(text) < _SHORT:
        told = _told(text, 2 * _LEAST, 2 * _LEAD)
    return told or declared


def _told(text: str, least: float, lead: float) -> str:
    sample = text[:_SAMPLE]
    if not sample.isascii():
        letters = sum(map(str.isalpha, sample))
        for code, script in _SCRIPTS:
            if len(script.findall(sample)) > letters * _FEW.get(code, 0.5):
                return code
    tokens = _WORD.findall(sample.lower().replace("’", "'"))
    scores = dict.fromkeys(_WORDS, 0.0)
    votes = _votes()
    strange = []
    for token in tokens:
        codes = votes.get(token)
        if codes is None:
            strange.append(token)
        else:
            for code in codes:
                scores[code] += len(codes) ** -0.5
    if len(tokens) <= _HEADLINE:
        for token in strange:
            signed = _signed(token)
            for code in signed:
                scores[code] += _SIGN / len(signed)
    code = max(scores, key=lambda c: (scores[c], c))
    best = scores[code]
    second = max(value for c, value in scores.items() if c not in _KIN.get(code, code))
    if best < least or best < lead * second or best < _SHARE * len(tokens):
        return ""
    return code


@lru_cache(maxsize=16_384)
def _signed(word: str) -> tuple[str, ...]:
    """Return the languages a word looks like by its letters and its ending."""
    if not 3 < len(word) <= _LONGEST:
        return ()
    return tuple(code for code, sign in _SIGNS.items() if sign.search(word))


@lru_cache(maxsize=1)
def _votes() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, listed in _WORDS.items():
        for word in set(listed.split()):
            found.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in found.items()}
