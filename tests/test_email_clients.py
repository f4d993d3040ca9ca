"""The mail as programs see it: a checker of HTML, a table of mail programs, a browser."""

from __future__ import annotations

import html as markup
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from digest.models import Edition
from digest.render.email import Footer, edition_email
from digest.render.templates import Templates
from tests.builders import repeated
from tests.sample_edition import edition, empty, spoiled, topic

NODE = Path(__file__).parent / "node"
FOOTER = Footer("https://digest.example.org/unsubscribe/x", "out@example.org", "1 Example Street")

# What some mail programs do not know at all: the families of those, and why we use it all the same.
UNKNOWN = {
    "<body> element": (
        "aol fastmail laposte mail-ru outlook protonmail sfr yahoo",
        "they make it a div; its ground colour is on the outer table as well",
    ),
    "<style> element": ("gmail laposte sfr", "all that matters is inlined"),
    "@media": (
        "gmail laposte outlook sfr thunderbird",
        "there the mail keeps its light colours, or the program makes its own dark ones, "
        "and its wide margins",
    ),
    "Descendant combinator": ("gmail protonmail sfr", "only in @media and for numbers"),
    "Type selector": ("gmail protonmail sfr", "only in @media and for numbers"),
    "aria-label attribute": (
        "aol hey orange outlook thunderbird yahoo",
        "a screen reader then says the number alone",
    ),
    "display:none": ("gmail", "it has no height either, and says nothing that is not below"),
    "height property": ("aol yahoo", "of the preview alone; display:none hides it"),
    "lang attribute": ("hey orange", "a screen reader then uses the reader's own language"),
    "overflow": ("outlook", "the preview has mso-hide there"),
    "overflow-wrap": (
        "aol gmail outlook yahoo",
        "word-wrap says the same to them, and table-layout keeps a long word from widening all",
    ),
    "role attribute": ("hey orange outlook", "a screen reader then names the tables"),
    "table-layout": ("outlook", "on a desktop, where a long word finds room"),
    "text-decoration": ("orange protonmail sfr", "numbers are then underlined"),
    "white-space": ("outlook samsung-email", "a line of the masthead may break elsewhere"),
    "word-break": ("aol orange outlook yahoo", "see overflow-wrap"),
    "word-wrap": ("outlook", "see table-layout"),
}

# What some know in part, and why that part is enough.
PARTIAL = {
    "<body> element": "see above",
    "<style> element": "Gmail reads one in the head of up to 16 KB, where ours stand",
    "@media": "Gmail and others know max-width; without the dark colours see above",
    "Descendant combinator": "Gmail with other providers' accounts knows none; see above",
    "Type selector": "as above",
    "background": "we set colours only: the checker takes background-color for it",
    "background-color": "Orange knows named colours only; the mail is then on its own ground",
    "border": "Outlook may drop one on a heading; those are ornaments",
    "dir attribute": "Outlook takes the direction from the text itself",
    "display": "only display:none is used",
    "display:none": "Outlook needs mso-hide too, which is there",
    "font-size": "pixels are what all know",
    "height property": "see above",
    "lang attribute": "see above",
    "letter-spacing": "small values, of titles only",
    "line-height": "without units, which Outlook handles well",
    "margin": "no negative ones; auto is needed only outside Outlook, which gets its own table",
    "max-width": "on a div; Outlook gets a table of fixed width",
    "overflow": "of the preview alone; display:none hides it",
    "overflow-wrap": "see above",
    "padding": "on table cells, as Outlook wants; above the list of sources it may be lost",
    "role attribute": "on tables, as they want",
    "text-align": "only center, which all know",
    "text-decoration": "only none",
    "white-space": "see above",
    "width property": "on cells and tables, as Outlook wants",
    "word-break": "see above",
    "word-wrap": "only break-word",
}


def mixed() -> Edition:
    """An edition with everything a mail may hold."""
    return replace(edition(), intro="Good morning.")


def large() -> Edition:
    return repeated(edition(), 40, 12)


@pytest.mark.parametrize("make", [mixed, empty, topic, large])
def test_tidy_finds_nothing_to_say(
    make: Callable[[], Edition], templates: Templates, tmp_path: Path
) -> None:
    tidy = _program("tidy")
    file = tmp_path / "mail.html"
    file.write_text(edition_email(make(), templates, FOOTER), encoding="utf-8")
    run = subprocess.run(
        [tidy, "-e", "-q", "-utf8", str(file)], capture_output=True, text=True, timeout=30
    )
    assert (run.stdout + run.stderr, run.returncode) == ("", 0)


def test_tidy_would_find_something(tmp_path: Path) -> None:
    file = tmp_path / "mail.html"
    file.write_text("<!doctype html><title>x</title><table bgcolor=red><tr><td>x</table>")
    run = subprocess.run([_program("tidy"), "-e", "-q", str(file)], capture_output=True, timeout=30)
    assert run.returncode == 1


def test_what_mail_programs_do_not_know_is_listed_with_a_reason(templates: Templates) -> None:
    node = _program("node")
    if not (NODE / "node_modules" / "caniemail").is_dir():
        pytest.skip("needs the node module caniemail: npm install --prefix tests/node")
    run = subprocess.run(
        [node, "check_email.mjs"],
        cwd=NODE,
        input=edition_email(mixed(), templates, FOOTER),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    found = {title: _families(programs) for title, programs in told["none"].items()}
    assert found == {title: families for title, (families, _) in UNKNOWN.items()}
    assert set(told["partial"]) == set(PARTIAL)


def test_no_word_is_wider_than_the_screen(templates: Templates, tmp_path: Path) -> None:
    chromium = _program("chromium")
    words = ["a" * 10_000, "日" * 5_000, "👩‍💻" * 2_000, "https://a.test/" + "x" * 3_000, "x" * 90]
    mails = [edition_email(spoiled(edition(), word), templates, FOOTER) for word in words]
    mails += [edition_email(edition(), templates, FOOTER)]
    # A mail that is too wide, to see that it would be seen.
    mails += [f'<table><tr><td style="white-space:nowrap">{"wide " * 200}</td></tr></table>']
    frames = "".join(
        f'<iframe style="border:0;width:{width}px" srcdoc="{markup.escape(mail)}"></iframe>'
        for width in (600, 360)
        for mail in mails
    )
    script = (
        "onload = () => { document.title = 'widths ' + Array.from(document.querySelectorAll("
        "'iframe'), (f) => f.contentDocument.documentElement.scrollWidth).join(' '); }"
    )
    page = tmp_path / "page.html"
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><title>x</title>{frames}<script>{script}</script>',
        encoding="utf-8",
    )
    flags = (
        "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars "
        f"--window-size=900,1200 --user-data-dir={tmp_path / 'profile'} --dump-dom"
    )
    run = subprocess.run(
        [chromium, *flags.split(), page.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    found = re.search(r"<title>widths ([\d ]+)</title>", run.stdout)
    assert found, run.stderr[-2000:]
    widths = [int(width) for width in found[1].split()]
    for screen, of_mails in ((600, widths[: len(mails)]), (360, widths[len(mails) :])):
        assert of_mails[:-1] == [screen] * (len(mails) - 1)
        assert of_mails[-1] > screen


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(dark: bool, templates: Templates) -> None:
    """WCAG 2.2 AA: a contrast of at least 4.5 to 1, in the colours the mail brings."""
    color = _colors(templates, dark=dark)
    for ink, ground in [
        (".sheet", ".sheet"), (".soft", ".sheet"), (".label", ".sheet"), (".sources", ".sheet"),
        (".tag", ".sheet"), ("a", ".sheet"), (".sheet", ".box"), (".box .label", ".box"),
        ("a", ".box"), (".sheet", ".aside"), (".label", ".aside"), ("a", ".aside"),
        (".foot p", ".base"), ("a", ".base"),
    ]:  # fmt: skip
        ratio = _contrast(color[ink, "color"], color[ground, "background-color"])
        assert ratio >= 4.5, (ink, ground, ratio)


def test_body_text_is_large_enough(templates: Templates) -> None:
    css = templates.render("email.css")
    sizes = dict(re.findall(r"^(\.[a-z]+(?: p)?)[^{]* \{[^}]*?font(?:-size)?: (\d+)px", css, re.M))
    body = {name: int(sizes[name]) for name in (".sheet", ".lead", ".intro", ".contents", ".box p")}
    assert min(body.values()) >= 16, body


def _colors(templates: Templates, *, dark: bool) -> dict[tuple[str, str], str]:
    """The colour each selector sets, by selector and property."""
    css = re.sub(r"/\*.*?\*/", "", templates.render("email.css"), flags=re.DOTALL)
    light, rest = css.split("@media (prefers-color-scheme: dark) {")
    colors = {("a", "color"): "#0b5a6f"}
    for block in (light, rest.split("@media")[0]) if dark else (light,):
        for selectors, rules in re.findall(r"([^{}]+)\{([^{}]*)\}", block):
            for name, value in re.findall(r"([a-z-]+): (#[0-9a-f]{6})", rules):
                for selector in selectors.split(","):
                    selector = selector.strip().removesuffix(":not([aria-label])")
                    colors[selector, name] = value
    return colors


def _contrast(one: str, other: str) -> float:
    def luminance(color: str) -> float:
        parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _families(programs: list[str]) -> str:
    return " ".join(sorted({program.split(".")[0] for program in programs}))


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs the program {name}, which is not installed")
    return found
