"""Templates: what they print, and the one sentence a broken one gives."""

from __future__ import annotations

import pytest

from digest.errors import RenderError
from digest.render.templates import Templates


def test_a_template_prints_its_values() -> None:
    assert Templates({"a.txt": "Hello {{ name }}\n"}).render("a.txt", name="<b>") == "Hello <b>\n"


def test_html_files_escape_what_they_print_and_others_do_not() -> None:
    templates = Templates({"a.html": "{{ x }}", "a.md": "{{ x }}"})
    assert templates.render("a.html", x='<a href="x">') == "&lt;a href=&#34;x&#34;&gt;"
    assert templates.render("a.md", x="<a>") == "<a>"


def test_templates_include_one_another() -> None:
    templates = Templates({"a.txt": '{% include "b.txt" %}!', "b.txt": "{{ x }}"})
    assert templates.render("a.txt", x=1) == "1!"


def test_later_changes_to_the_given_sources_change_nothing() -> None:
    sources = {"a.txt": "old"}
    templates = Templates(sources)
    sources["a.txt"] = "new"
    assert templates.render("a.txt") == "old"


@pytest.mark.parametrize(
    ("sources", "file", "line"),
    [
        ({"a.txt": "one\n{% if x %}\n"}, "a.txt", 2),
        ({"a.txt": "one\ntwo {{ x y }}\n"}, "a.txt", 2),
        ({"a.txt": "one\n\n{{ nobody }}"}, "a.txt", 3),
        ({"a.txt": "{{ x.nothing }}"}, "a.txt", 1),
        ({"a.txt": "\n{{ 1 / 0 }}"}, "a.txt", 2),
        ({"a.txt": "\n{{ x | nofilter }}"}, "a.txt", 2),
        ({"a.txt": "\n{% include 'gone.txt' %}"}, "a.txt", 2),
        ({"a.txt": "{% include 'b.txt' %}", "b.txt": "\n\n{{ nobody }}"}, "b.txt", 3),
        ({"a.txt": "\n{% include 'b.txt' %}", "b.txt": "\n{% for %}"}, "b.txt", 2),
        ({"a.txt": "{% macro m() %}\n{{ m() }}{% endmacro %}\n{{ m() }}"}, "a.txt", 2),
    ],
)
def test_a_broken_template_is_told_by_file_and_line(
    sources: dict[str, str], file: str, line: int
) -> None:
    with pytest.raises(RenderError, match=rf"^Template {file}, line {line}: \S"):
        Templates(sources).render("a.txt", x="x")


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(RenderError, match=r"^There is no template a\.txt\.$"):
        Templates({}).render("a.txt")


def test_check_finds_a_broken_file_before_anything_is_rendered() -> None:
    Templates({"good.txt": "{{ x }}"}).check()
    with pytest.raises(RenderError, match=r"^Template bad\.txt, line 1: "):
        Templates({"good.txt": "{{ x }}", "bad.txt": "{% if %}"}).check()


def test_an_error_is_one_line() -> None:
    with pytest.raises(RenderError) as raised:
        Templates({"a.txt": "{{ fail() }}"}).render("a.txt", fail=_fail)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300


def _fail() -> None:
    raise ValueError("many\nlines " * 100)
