"""Templates: named sources in, rendered text or one clear error out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from digest.errors import RenderError

if TYPE_CHECKING:
    from jinja2 import Environment


class Templates:
    """Jinja2 over sources held in memory, by file name.

    Files that end in ``.html`` escape every value they print; the others print values as they
    are, so whoever calls gives them values made safe. An undefined name is an error.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = dict(sources)
        self._environment = _environment(self._sources)

    def names(self) -> tuple[str, ...]:
        """Return the file names there are, sorted."""
        return tuple(sorted(self._sources))

    def check(self) -> None:
        """Raise RenderError for the first file, by name, that is not a template."""
        for name in self.names():
            try:
                self._environment.get_template(name)
            except Exception as error:
                raise self._explained(name, error) from error

    def render(self, name: str, /, **values: object) -> str:
        """Return the text of the template ``name`` with ``values``.

        Raises RenderError, naming the file and the line, for a missing file, a syntax error, an
        undefined value and for whatever else goes wrong inside a template.
        """
        try:
            return self._environment.get_template(name).render(values)
        except Exception as error:  # a template may call anything, so anything may come out
            raise self._explained(name, error) from error

    def _explained(self, name: str, error: Exception) -> RenderError:
        from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError

        file, line = self._place(name, error)
        if isinstance(error, TemplateSyntaxError):
            return RenderError(f"Template {error.name or file}, line {error.lineno}: {error}")
        where = f"Template {file}, line {line}" if line else f"Template {file}"
        if isinstance(error, TemplateNotFound):
            if str(error) == name:
                return RenderError(f"There is no template {name}.")
            return RenderError(f"{where}: there is no template {error}.")
        if isinstance(error, UndefinedError):
            return RenderError(f"{where}: {error}.")
        return RenderError(f"{where}: {type(error).__name__}: {_one_line(error)}")

    def _place(self, name: str, error: Exception) -> tuple[str, int]:
        """Return the innermost template line on the error's way: Jinja2 rewrites its frames so."""
        place = (name, 0)
        step = error.__traceback__
        while step is not None:
            if step.tb_frame.f_code.co_filename in self._sources:
                place = (step.tb_frame.f_code.co_filename, step.tb_lineno)
            step = step.tb_next
        return place


def _environment(sources: Mapping[str, str]) -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape

    def load(name: str) -> tuple[str, str, None] | None:
        # The name is given as the file name too, so that tracebacks tell templates apart.
        return (sources[name], name, None) if name in sources else None

    return Environment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else text[:199] + "…"
