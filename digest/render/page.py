"""An Edition as one HTML page that asks nothing of the network and runs nothing."""

from __future__ import annotations

import base64
import hashlib

from digest.models import Edition
from digest.render.templates import Templates
from digest.render.view import edition_view


def edition_page(edition: Edition, templates: Templates) -> str:
    """Return ``edition`` as a self-contained HTML page; raises RenderError.

    The page's own policy allows its one style sheet, named by its digest, and nothing else: no
    script, no request, no form.
    """
    from markupsafe import Markup

    style = templates.render("edition.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    view = edition_view(edition, text=str, link=str)
    return templates.render(
        "edition.html",
        edition=view,
        style=Markup(style),  # noqa: S704 (a template of ours or the user's, no outside text)
        policy=policy,
    )
