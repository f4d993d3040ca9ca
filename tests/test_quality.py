"""Walls, teasers and errors are told from articles, and long texts are left alone."""

from __future__ import annotations

import pytest

from digest.core import quality
from digest.models import Quality

SENTENCE = (
    "The laboratory said on Monday that its newest system reads contracts in nine languages. "
)
ARTICLE = "\n".join(SENTENCE * 6 for _ in range(6))
SHORT = SENTENCE * 4


def judged(
    text: str, *, title: str = "A title", page: str = "", markup: str = "", free: bool | None = None
) -> tuple[Quality, str]:
    return quality.judge(
        text,
        url="https://example.org/a",
        title=title,
        page=page or text,
        markup=markup,
        free=free,
    )


def test_an_article_is_full_and_needs_no_note() -> None:
    assert judged(ARTICLE) == (Quality.FULL, "")
    assert judged(SHORT) == (Quality.FULL, "")


@pytest.mark.parametrize(
    ("title", "shown", "markup", "words"),
    [
        ("Just a moment...", "Verifying", "", "Cloudflare"),
        ("Attention Required! | Cloudflare", "", "", "Cloudflare"),
        ("A title", "", "<script src=/cdn-cgi/challenge-platform/x.js>", "Cloudflare"),
        ("Access denied", "", "", "bot wall"),
        ("A title", "Please verify you are a human to go on.", "", "bot wall"),
        ("404 - Page not found", "Try the search.", "", "error page"),
        ("A title", "Sorry, this page does not exist any more.", "", "error page"),
        ("Seite nicht gefunden", "", "", "error page"),
        ("A title", "You need to enable JavaScript to run this app.", "", "JavaScript"),
        ("A title", "Home News Sport", "", "no article text"),
    ],
)
def test_pages_without_an_article_are_errors(
    title: str, shown: str, markup: str, words: str
) -> None:
    grade, note = judged("", title=title, page=shown, markup=markup)
    assert grade is Quality.ERROR
    assert words in note


CONSENT = {
    "en": "We and our 812 partners store cookies and process personal data. Accept all cookies or"
    " manage your privacy preferences. You may withdraw consent to advertising at any time.",
    "de": "Wir und unsere Partner verwenden Cookies. Mit Ihrer Zustimmung zeigen wir Werbung. Sie"
    " können Ihre Einwilligung im Datenschutz jederzeit ablehnen oder alle akzeptieren.",
    "fr": "Avec votre consentement, nos partenaires et nous utilisons des cookies. Vous pouvez"
    " accepter ou refuser les traceurs dans notre politique de confidentialité.",
    "es": "Con su consentimiento, nosotros y nuestros partners usamos cookies. Puede aceptar o"
    " rechazar en la página de privacidad.",
}


@pytest.mark.parametrize("language", CONSENT)
def test_consent_walls_are_seen_in_several_languages(language: str) -> None:
    text = CONSENT[language]
    assert judged(text)[0] is Quality.CONSENT
    assert judged("", page=text)[0] is Quality.CONSENT


def test_an_article_about_cookies_or_missing_pages_stays_one() -> None:
    law = f"The court fined the company over cookies set without consent. {SHORT}"
    assert judged(law)[0] is Quality.FULL
    partners = "The partners said their partnership gives partner firms advertising vendors. "
    assert judged(partners * 4)[0] is Quality.FULL
    assert judged(ARTICLE + CONSENT["en"])[0] is Quality.FULL
    assert judged(ARTICLE, title="Why so many pages say 404 not found")[0] is Quality.FULL


@pytest.mark.parametrize(
    "end",
    [
        "\nSubscribe to continue reading.",
        "\nAlready a subscriber? Log in.",
        "\nThis article is for subscribers only",
        "\nJetzt weiterlesen mit Probeabo",
        "\nIl vous reste 80% de cet article à lire.",
        "\nThe talks were then …",
        "\nContinue reading →",
    ],
)
def test_texts_that_end_too_soon_are_teasers(end: str) -> None:
    grade, note = judged(SHORT + end)
    assert grade is Quality.TEASER
    assert note


def test_a_paywall_beneath_the_text_makes_a_teaser_and_one_in_the_menu_does_not() -> None:
    wall = "Subscribe to read the full story"
    assert judged(SHORT, page=f"Menu {SHORT.strip()} {wall}")[0] is Quality.TEASER
    assert judged(SHORT, page=f"{wall} {SHORT.strip()}")[0] is Quality.FULL


def test_what_the_page_declares_decides_for_short_texts_only() -> None:
    assert judged(SHORT, free=False)[0] is Quality.TEASER
    assert judged(ARTICLE, free=False)[0] is Quality.FULL
    assert judged(SHORT, free=True)[0] is Quality.FULL


def test_a_teasers_invitation_is_not_part_of_its_text() -> None:
    assert quality.without_walls(f"{SHORT}\nSubscribe to continue reading.\nRead more") == SHORT


def test_words_are_counted_where_there_are_no_blanks() -> None:
    assert quality.words_in("one two three") == 3
    assert (
        10 <= quality.words_in("采取专题学习、主题班会、演讲比赛、征文等多种形式，把团结友爱") <= 40
    )


@pytest.mark.parametrize(
    "title",
    ["Page not found | Alpha", "404 Not Found", "Alpha – Seite nicht gefunden", "404", "Error 404"],
)
def test_a_title_that_is_an_error_is_one_at_any_length(title: str) -> None:
    assert judged(ARTICLE, title=title)[0] is Quality.ERROR


@pytest.mark.parametrize(
    "title",
    [
        "Why so many pages say 404 not found",
        "Startup buys rival - 404 Media",
        "Peugeot | 404",
        "Lost and not found: the search for a model",
    ],
)
def test_a_title_about_an_error_is_a_title(title: str) -> None:
    assert judged(ARTICLE, title=title)[0] is Quality.FULL


SPOKEN = {
    "page": "Oops! We can't seem to find the page you're looking for. It may have moved, or the"
    " address may be wrong. Try our search, or go back to the front page instead.",
    "log-in": "Please log in with your e-mail address to see this. Enter your password below, or"
    " ask for a new one. New here? Create an account in a minute.",
    "ad blocker": "We've detected that you are using an ad blocker. Our journalism lives on ads."
    " Please disable your blocker for this site, then reload the page.",
    "closed to readers": "This content is not available in your region. You are visiting from a"
    " country where we cannot grant access at this time.",
    "maintenance": "Alpha is down for scheduled maintenance. We will be back in about two hours."
    " Thank you for your patience while we make things better.",
    "consent": "Wir und unsere 214 Partner verarbeiten Daten, um Inhalte und Anzeigen zu messen."
    " Mit einem Klick auf OK stimmen Sie zu.",
}


@pytest.mark.parametrize("note", SPOKEN)
def test_short_pages_that_speak_to_the_reader_are_walls(note: str) -> None:
    for grade, said in (judged(SPOKEN[note]), judged("", page=SPOKEN[note])):
        assert grade is (Quality.CONSENT if note == "consent" else Quality.ERROR)
        assert note in said
    assert judged(ARTICLE + SPOKEN[note])[0] is Quality.FULL


@pytest.mark.parametrize(
    "news",
    [
        "The chatbot told users “this service is not available in your region” on Monday."
        " The company said a rule there was to blame, and that it would return by summer.",
        "A court fined the shop because it set cookies before buyers had agreed. The shop said that"
        " it would ask for consent from now on, and appealed against the fine.",
        "The browser will stop ad blockers of the old kind in June, it said. Their developers"
        " call that a blow to privacy, and plan to sue the company in Brussels.",
        "The assistant was down for scheduled maintenance on Monday when a storm hit. Staff at"
        " the data centre needed nine hours to bring back all of its machines.",
    ],
)
def test_short_news_about_walls_stays_news(news: str) -> None:
    assert judged(news) == (Quality.FULL, "")
