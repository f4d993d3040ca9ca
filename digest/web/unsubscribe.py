"""The unsubscribe page: GET asks, POST does it, also with one click from a mail program.

GET changes nothing, since scanners open every link in a mail. POST takes RFC 8058's one click as
well as the page's own button: the link holds a secret of that reader alone, which is all the
proof there can be; the body says nothing more and is not read.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from http import HTTPStatus

from digest import log
from digest.errors import RenderError, StoreError
from digest.models import Suppression, SuppressionReason
from digest.models.readers import ANY_TOKEN, TOKEN_LENGTH
from digest.ports import Readers
from digest.render.templates import Templates
from digest.web.routes import Application, Response, Route, serving, unavailable

_PATH = re.compile(rf"/unsubscribe/([A-Za-z2-7]{{{TOKEN_LENGTH}}}|{ANY_TOKEN})", re.ASCII)
_TEMPLATE = "unsubscribe.html"

# What the page says where the template cannot say it.
_PLAIN = {
    "ask": "Open this address again in a minute to unsubscribe.\n",
    "done": "You get no more mail. To come back, ask whoever sends it.\n",
    "test": "This is the link of a test mail. It works, and unsubscribes nobody.\n",
    "unknown": (
        "This link leads nowhere: it is cut short, or from somewhere else. "
        "Copy the whole of it from the mail.\n"
    ),
    "later": "This did not work just now. Nothing was changed; please try again in a minute.\n",
}

PageMaker = Callable[[str], tuple[str, str]]


def page_maker(templates: Templates, *, title: str, language: str) -> PageMaker:
    """Return what makes the page for "ask", "done", "test", "unknown" and "later", and its policy.

    The policy (Content-Security-Policy) allows the page's one style sheet and its one form.
    """

    def make(state: str) -> tuple[str, str]:
        page = templates.render(_TEMPLATE, state=state, title=title, language=language)
        styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
        sums = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in styles)
        style = " ".join(f"'sha256-{s}'" for s in sums) or "'none'"
        policy = (
            f"default-src 'none'; style-src {style}; img-src data:; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        return page, policy

    return make


def application(
    readers: Callable[[], AbstractContextManager[Readers]],
    page: PageMaker,
    base_path: str,
    clock: Callable[[], datetime],
) -> Application:
    """Return the WSGI application; ``readers`` opens a store of its own for each request.

    ``base_path`` is the path of `web.base_url`; what is in front has to pass it on.
    """

    def ask(token: str) -> Response:
        if token == ANY_TOKEN:
            return _page(page, "test")
        with readers() as store:
            known = store.address_of(token.lower()) is not None
        return _page(page, "ask") if known else missing()

    def unsubscribe(token: str) -> Response:
        if token == ANY_TOKEN:
            return _page(page, "test")
        with readers() as store:
            address = store.address_of(token.lower())
            if address is None:
                return missing()
            reason = SuppressionReason.UNSUBSCRIBED
            store.suppress([Suppression(address, reason, clock(), "by the link")])
        return _page(page, "done")

    def missing() -> Response:
        return _page(page, "unknown", HTTPStatus.NOT_FOUND)

    def soundly(handler: Callable[[str], Response]) -> Callable[[str], Response]:
        def handle(token: str) -> Response:
            try:
                return handler(token)
            except StoreError as error:  # busy or broken
                log.note(error)
                return _page(page, "later", HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "60"})

        return handle

    route = Route(_PATH, {"GET": soundly(ask), "POST": soundly(unsubscribe)})
    return serving([route], base_path, missing)


def _page(
    page: PageMaker,
    state: str,
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return a page, or its words alone where the template is broken; what is done is done."""
    try:
        text, policy = page(state)
    except RenderError as error:
        log.note(error)
        if state == "ask":  # without the button there is no way on
            return unavailable()
        return Response(status, _PLAIN[state], headers=headers or {})
    return Response(
        status,
        text,
        "text/html; charset=utf-8",
        {"Content-Security-Policy": policy, **(headers or {})},
    )
