"""Which language a text is in: headlines, paragraphs, and what a feed declares."""

from __future__ import annotations

import pytest

from digest.core.feeds import parse_feed
from digest.core.language import declared, language, spoken

HEADLINES = {
    "en": [
        "Why the court sided with authors over training data",
        "Globex launches a faster model for phones",
        "Initech raises $90 million to build warehouse robots",
    ],
    "de": [
        "Gericht verurteilt Globex, weil die Daten der Autoren fehlen",
        "Initech sammelt 90 Millionen Dollar für Lagerroboter ein",
        "Warum das neue Sprachmodell nicht überzeugt",
    ],
    "fr": [
        "Globex dévoile un nouveau modèle pour les téléphones",
        "Pourquoi la justice donne raison aux auteurs",
    ],
    "es": [
        "Globex presenta un nuevo modelo para los teléfonos",
        "La justicia da la razón a los autores por los datos de sus libros",
    ],
    "it": [
        "Globex presenta un nuovo modello per gli smartphone",
        "Perché il tribunale ha dato ragione agli autori",
    ],
    "pt": [
        "Globex lança um novo modelo para telefones",
        "Por que o tribunal deu razão aos autores",
    ],
    "nl": [
        "Globex lanceert een nieuw model voor telefoons",
        "Waarom de rechter de schrijvers gelijk geeft",
    ],
    "sv": ["Globex lanserar en ny modell för mobiler och datorer"],
    "pl": ["Globex pokazuje nowy model dla telefonów, który jest szybszy"],
    "ja": ["グロベックスが新しいモデルを公開"],
    "zh": ["格罗贝克斯发布新模型"],
    "ko": ["글로벡스, 새로운 모델 공개"],
    "ru": ["Глобекс представил новую модель"],
    "uk": ["Глобекс представив нову модель для її клієнтів"],
    "ar": ["غلوبكس تطلق نموذجا جديدا"],
}


@pytest.mark.parametrize(
    ("title", "code"), [(title, code) for code, titles in HEADLINES.items() for title in titles]
)
def test_a_headline_is_enough(title: str, code: str) -> None:
    assert language(title) == code


@pytest.mark.parametrize("title", ["", "Globex Heron 2", "GPT-5.5 vs. Claude", "1234 5678"])
def test_names_have_no_language(title: str) -> None:
    assert language(title) == ""
    assert spoken(title, "nl") == "nl"


def test_ai_is_no_italian_word() -> None:
    assert language("AI in finance: AI, AI and AI") != "it"


def test_what_the_words_say_counts_more_than_what_a_feed_declares() -> None:
    title = "Warum das neue Sprachmodell von Globex nicht überzeugt und was die Forscher sagen"
    assert spoken(title, "en") == "de"
    assert spoken(title, "") == "de"


def test_a_headline_has_to_say_it_clearly() -> None:
    assert language("Initech opens data centre in Oslo") == "en"
    assert spoken("Initech opens data centre in Oslo", "no") == "no"


def test_a_long_text_says_it_clearly() -> None:
    text = "The court in Oslo said on Monday that the data of the authors may be used. " * 5
    assert spoken(text, "no") == "en"


@pytest.mark.parametrize(
    ("tag", "code"), [("en-GB", "en"), ("de_CH", "de"), ("  FR", "fr"), ("english", ""), ("", "")]
)
def test_declared_tags(tag: str, code: str) -> None:
    assert declared(tag) == code


def test_telling_takes_no_longer_for_a_long_text() -> None:
    assert language("the model and " * 200_000) == "en"


def test_an_entry_is_in_the_language_of_its_words_whatever_its_feed_declares() -> None:
    items = "".join(
        f"<item><title>{title}</title><link>http://a.test/{n}</link></item>"
        for n, title in enumerate([HEADLINES["de"][1], HEADLINES["en"][0], "Globex Heron 2"])
    )
    head = "<title>A</title><language>en</language>"
    feed = f"<rss version='2.0'><channel>{head}{items}</channel></rss>"
    entries = parse_feed(feed.encode(), "http://a.test/rss").entries
    assert [e.language for e in entries] == ["de", "en", "en"]
