"""Walls are named, and reports about walls stay reports."""

from __future__ import annotations

import pytest

from digest.core import articles
from digest.models import Extraction, Quality

SENTENCE = "The laboratory said on Monday that its newest system reads contracts. "


def read(body: str, title: str = "Larch reads contracts", head: str = "") -> Extraction:
    page = (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )
    return articles.extract(page.encode(), "https://www.example.org/news/larch")


@pytest.mark.parametrize(
    ("title", "body", "name"),
    [
        (
            "Just a moment...",
            "<p>Verifying you are human. This may take a while.</p>",
            "Cloudflare",
        ),
        ("Attention Required! | Cloudflare", "<h1>You have been blocked</h1>", "Cloudflare"),
        ("example.org", "<script>window._cf_chl_opt={}</script><p>Wait.</p>", "Cloudflare"),
        (
            "Access denied | example.org used Cloudflare to restrict access",
            "<p>This site uses a security service.</p>",
            "Cloudflare",
        ),
        (
            "example.org",
            "<p>Please enable JS</p><script src='https://ct.captcha-delivery.com/c.js'></script>",
            "DataDome",
        ),
        ("Access denied", "<div id='px-captcha'></div><p>Press and hold.</p>", "PerimeterX"),
        (
            "Access Denied",
            "<p>You have no permission. Reference #18.2f https://errors.edgesuite.net/18.2f</p>",
            "Akamai",
        ),
        ("", "<p>Request unsuccessful. Incapsula incident ID: 12-34</p>", "Imperva"),
        (
            "Human Verification",
            "<script src='https://x.captcha-sdk.awswaf.com/y/captcha.js'></script><p>Go on</p>",
            "AWS",
        ),
        ("Vercel Security Checkpoint", "<p>We're verifying your browser.</p>", "bot wall"),
        ("Making sure you're not a bot!", "<p>Loading...</p>", "bot wall"),
        ("Access Denied - Example Site Firewall", "<p>Blocked.</p>", "bot wall"),
        (
            "451",
            "<p>We see that you come from a country belonging to a union, therefore access cannot"
            " be granted at this time.</p>",
            "closed to readers from here",
        ),
        (
            "Example News",
            "<h1>Oops!</h1><p>The page you are looking for could not be found. It may have been"
            " moved.</p><ul>" + "<li><a href='/x'>A report</a></li>" * 20 + "</ul>",
            "error page",
        ),
        ("", "<noscript>Please enable JavaScript to run this app.</noscript>", "JavaScript"),
    ],
)
def test_what_stands_in_the_way_is_named(title: str, body: str, name: str) -> None:
    found = read(body, title)
    assert (found.quality, found.text) == (Quality.ERROR, "")
    assert name in found.note


@pytest.mark.parametrize(
    ("title", "report"),
    [
        (
            "Cloudflare drops its challenge pages",
            "Readers who were asked to verify that they are human will see nothing from June on,"
            " the firm said. It tested the change in nine countries, and bots stayed out.",
        ),
        (
            "Model passes “I am not a robot” tests",
            "It solves the puzzles that ask people to prove they are not a robot, a study says."
            " The authors told their makers in May and waited until a fix was out.",
        ),
        (
            "Paper to ask readers to subscribe",
            "The paper puts its reports behind a paywall. Readers will have to subscribe to read"
            " more than three a month, it said. Its rival had done so a year before.",
        ),
        (
            "Agency's report on models vanishes",
            "Visitors saw “404 Not Found” where the report had stood for a year. A spokesman"
            " said that the page had been moved and would be back within a week.",
        ),
        (
            "Access denied: Larch gets no chips",
            "The lab was denied access to the chips it had ordered, the ministry said. It had"
            " asked for nine thousand of them and can appeal until June.",
        ),
        ("Court: error 404 pages are no contract", SENTENCE * 3),
        (
            "Apps that need JavaScript lose users",
            "Two in nine people leave pages that say they must enable JavaScript, a study says."
            " It had asked nine thousand of them in Cork and Ghent.",
        ),
    ],
)
def test_short_reports_about_walls_stay_reports(title: str, report: str) -> None:
    found = read(f"<article><h1>{title}</h1><p>{report}</p></article>", title)
    assert (found.quality, found.note) == (Quality.FULL, "")


def test_a_guarded_sites_short_report_is_no_challenge() -> None:
    guards = (
        "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
        "<script src='/cdn-cgi/challenge-platform/h/g/scripts/jsd/main.js'></script>"
        "<script src='https://js.datadome.co/tags.js'></script>"
        "<script src='/_Incapsula_Resource?SWJIYLWA=719d'></script>"
    )
    found = read(f"<article><p>{SENTENCE * 3}</p></article>", head=guards)
    assert found.quality is Quality.FULL
