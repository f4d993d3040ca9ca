"""A topic piece as plain text, in the form of the user's own example (seeds/)."""

from __future__ import annotations

import re

from digest.models import Edition
from digest.render.templates import Templates
from digest.render.view import edition_view


def topic_text(edition: Edition, templates: Templates) -> str:
    """Return a topic piece as plain text; raises RenderError.

    Line by line: emoji headline; lead; then for each section its emoji heading and its paragraph;
    after a blank line the sources, numbered as the sentences cite them. No line holds a control
    character, so that a terminal may print it.
    """
    view = edition_view(edition, text=str, link=str)
    text = re.sub(r"[ \t]+$", "", templates.render("topic.txt", edition=view), flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
