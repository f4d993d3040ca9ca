"""Articles, and the search over their words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from digest.adapters.store import fulltext, schema
from digest.adapters.store.chunks import chunks
from digest.models import Article, EntryOutcome, FeedKind, Quality

_MOST_WORDS = 12  # of a query; the rest of a longer one is left out
_LONGEST_WORD = 64
_INDEX_EVERY = 250  # articles saved between two rounds of indexing: one takes about 30 ms
_TITLE_WEIGHT = 5.0  # a word in the title counts as five in the text; a plain choice, not measured

_ENGLISH = """
    a an and are as at be been but by can could did do does for from had has have how i if
    in into is it its me my of on or our over s says should so than that the their them then
    there these they this to up was we were what when where which who why will with would
    you your about after all also any before between more most new no not out some such t
"""
_GERMAN = """
    aber als am an auf aus bei bis da das dass dem den der des die durch ein eine einem
    einen einer es für hat ich im ist mit nach nicht noch nur oder sich sie sind um und uns
    von vor war was wer wie wir wird zu zum zur über
"""
_FRENCH_AND_SPANISH = """
    au aux avec ce ces dans de des du elle en est et il la le les leur mais ne nous ou par
    pas pour qu que qui sa se ses son sur un une al como con del el ella los las más o para
    pero por sin sobre su sus y
"""
_FUNCTION_WORDS = frozenset((_ENGLISH + _GERMAN + _FRENCH_AND_SPANISH).split())

_articles = schema.articles
FIELDS = tuple(column for column in _articles.c if column.name != "n")


def _save_statement() -> Any:
    statement = insert(_articles)
    changed = {c.name: statement.excluded[c.name] for c in FIELDS if c.name != "id"}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)


_SAVE = _save_statement()
_SELECT = sa.select(*FIELDS)
_FORGET_TRACE = sa.delete(schema.traces).where(
    schema.traces.c.article_id == sa.bindparam("of", type_=schema.PlainText)
)


class Articles:
    """Reads and writes articles; the caller opens and ends the transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._saved = 0

    def save(self, article: Article) -> None:
        self._connection.execute(_SAVE, row_of(article))
        if article.text:  # from now on its trace is made from that
            self._connection.execute(_FORGET_TRACE, {"of": article.id})
        self._saved += 1
        if self._saved % _INDEX_EVERY == 0:
            fulltext.index_articles(self._connection)

    def seen(self, since: datetime, until: datetime) -> list[Article]:
        searched = sa.select(schema.entries.c.id).where(
            schema.entries.c.outcome == EntryOutcome.FOUND
        )
        query = _SELECT.where(
            _articles.c.first_seen_at > since,
            _articles.c.first_seen_at <= until,
            _articles.c.id.not_in(searched),
        ).order_by(_articles.c.first_seen_at, _articles.c.id)
        return [article_of(row) for row in self._connection.execute(query)]

    def by_id(self, ids: Iterable[str]) -> list[Article]:
        """Those that are stored, in the order asked for, each once."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Article] = {}
        for chunk in chunks(wanted):
            query = _SELECT.where(_articles.c.id.in_(chunk))
            found.update((row.id, article_of(row)) for row in self._connection.execute(query))
        return [found[each] for each in wanted if each in found]

    def search(self, query: str, since: datetime | None, limit: int) -> list[Article]:
        terms = match_terms(query)
        if not terms or limit <= 0:
            return []
        fulltext.index_articles(self._connection)
        return [article_of(row) for row in self._connection.execute(_ranked(terms, since, limit))]


def _ranked(terms: list[str], since: datetime | None, limit: int) -> sa.Select[Any]:
    """Any of the words, ordered by BM25 times the share of the words that an article has.

    BM25 alone would put ten mentions of one word above one mention of each. The share is the
    "coord" factor of Lucene's classic similarity. A word's BM25 is added up here rather than by
    one OR expression, as the sum is the same and the count comes with it.
    """
    index = sa.table("articles_fts", sa.column("rowid", sa.Integer), sa.column("articles_fts"))
    score = sa.func.bm25(sa.literal_column("articles_fts"), _TITLE_WEIGHT, 1.0)
    one = sa.select(index.c.rowid.label("n"), score.label("score"))
    if since is not None:
        recent = sa.select(_articles.c.n).where(_articles.c.published_at >= since)
        # The plus keeps SQLite from asking the index once for each recent article.
        one = one.where(sa.literal_column("+rowid").in_(recent))
    each = [one.where(index.c.articles_fts.match(term)) for term in terms]
    # The limit keeps bm25 in a query of its own, the only place where it works.
    hits = sa.union_all(*each).limit(-1).subquery("hits")
    best = sa.func.sum(hits.c.score) * sa.func.count()  # FTS5 gives better matches lower scores
    top = (
        sa.select(hits.c.n, best.label("best"))
        .group_by(hits.c.n)
        .order_by(sa.text("best"), hits.c.n.desc())
        .limit(limit)
        .subquery("top")
    )
    return _SELECT.join(top, top.c.n == _articles.c.n).order_by(top.c.best, top.c.n.desc())


def match_terms(query: str) -> list[str]:
    """Return the words of a person's query as quoted FTS5 strings, each once; never syntax.

    "GPT-4" stays together as a phrase, since a bare "4" would match everything; other joined
    words count one by one. Function words go, unless there is nothing else.
    """
    terms: dict[str, bool] = {}
    for token in re.findall(r"[^\s/_]+", query[:1000].lower()):
        parts = re.findall(r"[^\W_]+", re.sub(r"['\u2019]s\b", "", token))
        phrase = len(parts) > 1 and any(part.isdigit() or len(part) == 1 for part in parts)
        for term in [" ".join(parts)] if phrase else parts:
            terms.setdefault(f'"{term[:_LONGEST_WORD]}"', term in _FUNCTION_WORDS)
    telling = [term for term, function_word in terms.items() if not function_word]
    return (telling or list(terms))[:_MOST_WORDS]


def row_of(article: Article) -> dict[str, Any]:
    row = {column.name: getattr(article, column.name) for column in FIELDS}
    return row | {"quality": article.quality.value, "kind": article.kind.value}


def article_of(row: Any) -> Article:
    values = dict(row._mapping)
    return Article(
        **values | {"quality": Quality(values["quality"]), "kind": FeedKind(values["kind"])}
    )
