"""A small table of routes as a WSGI application: no framework, no cookies, no log of requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote

from digest import log

Environ = Mapping[str, object]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; ``headers`` come on top of those every answer has."""

    status: HTTPStatus
    body: str
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """Paths below the base path, as a pattern for the whole of one, and who answers there.

    A handler gets what the pattern's groups hold. GET answers HEAD too, without a body.
    """

    path: re.Pattern[str]
    handlers: Mapping[str, Callable[..., Response]]

    @property
    def allowed(self) -> str:
        """Return the methods for an Allow header: "GET, HEAD, POST"."""
        return ", ".join(sorted({*self.handlers, *(["HEAD"] if "GET" in self.handlers else [])}))


def serving(
    routes: Sequence[Route], base_path: str, not_found: Callable[[], Response]
) -> Application:
    """Return the WSGI application for these routes below ``base_path`` ("" or "/news").

    It never raises: the server would log the path, which may hold a reader's token.
    """
    base = unquote(base_path, "latin-1").rstrip("/")  # as WSGI has paths

    def answer(method: str, path: str) -> Response:
        if path.startswith(f"{base}/"):
            for route in routes:
                match = route.path.fullmatch(path, len(base))
                if match is None:
                    continue
                handler = route.handlers.get("GET" if method == "HEAD" else method)
                if handler is None:
                    return Response(
                        HTTPStatus.METHOD_NOT_ALLOWED,
                        "This page cannot be asked for in that way.\n",
                        headers={"Allow": route.allowed},
                    )
                return handler(*match.groups())
        return not_found()

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        method = str(environ.get("REQUEST_METHOD", ""))
        try:
            response = answer(method, str(environ.get("PATH_INFO", "")))
        except Exception as error:  # whatever it is, the next request may fare better
            log.note(error)
            response = unavailable()
        body = response.body.encode("utf-8", "replace")
        headers = HEADERS | {
            "Content-Type": response.content_type,
            "Content-Length": str(len(body)),
            **response.headers,
        }
        start_response(f"{response.status.value} {response.status.phrase}", list(headers.items()))
        return [b"" if method == "HEAD" else body]

    return application


def unavailable() -> Response:
    """Return "later, please"."""
    return Response(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "This did not work just now. Nothing was changed; please try again in a minute.\n",
        headers={"Retry-After": "60"},
    )
