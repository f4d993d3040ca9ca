"""Lines of the site go, sentences of the article stay."""

from __future__ import annotations

from digest.core import furniture


def test_furniture_goes_and_sentences_stay() -> None:
    kept = [
        "Readers can sign up for the service from Monday, the company said in its newsletter, and"
        " everyone else has to wait until the autumn, when the waiting list is to be opened to"
        " the public in forty countries, among them all members of the union and its neighbours.",
        "Share prices fell.",
        "Comments from users were mixed.",
        "Read more than one book.",
        "This post contains a list of nine models.",
        "Brokers may earn more this year than last.",
        "The last updated model is nine months old.",
        "Users get their answers by email within a day.",
    ]
    lost = [
        "Sign up for our daily newsletter",
        "Read more: Another story",
        "Share this article",
        "Advertisement",
        "Follow us on Mastodon",
        "Image credit: A. Photographer",
        "Related articles",
        "© 2025 Example Media. All rights reserved.",
        "Lesen Sie auch: Noch etwas",
        "Read also these three reports:",
        "Crédits photos : Une Photographe",
        "Letzte Aktualisierung: 3. Mai",
        "This post contains affiliate links.",
        "If you buy through a link on this page, we may earn a small commission.",
        "Send a letter to the editor at our address.",
        "Get our Morning Edition by email and never miss a thing",
    ]
    mixed = "\n".join(line for pair in zip(kept * 4, lost, strict=False) for line in pair)
    assert furniture.without_furniture(mixed).split("\n") == (kept * 4)[: len(lost)]
