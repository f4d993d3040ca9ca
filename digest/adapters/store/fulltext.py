"""The full-text index of articles and its triggers: SQLite's own, beside the plain tables."""

from __future__ import annotations

import sqlalchemy as sa

from digest.adapters.store.schema import metadata

# Articles that the full-text index has still to take in: FTS5 takes rows in by the hundred more
# than twice as fast as one in each transaction (`index_articles` does it, every reader calls it).
_unindexed = sa.Table("articles_unindexed", metadata, sa.Column("n", sa.Integer, primary_key=True))

# The index keeps no copy of the texts; the triggers leave no change of an article unnoticed.
FULL_TEXT = (
    """CREATE VIRTUAL TABLE articles_fts USING fts5(
         title, text, content='articles', content_rowid='n',
         tokenize='porter unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
         INSERT OR IGNORE INTO articles_unindexed VALUES (new.n);
       END""",
    """CREATE TRIGGER articles_changed AFTER UPDATE OF n, title, text ON articles
       WHEN old.n <> new.n OR old.title <> new.title OR old.text <> new.text BEGIN
         INSERT INTO articles_fts(articles_fts, rowid, title, text)
           SELECT 'delete', old.n, old.title, old.text
           WHERE old.n NOT IN (SELECT n FROM articles_unindexed);
         DELETE FROM articles_unindexed WHERE n = old.n;
         INSERT OR IGNORE INTO articles_unindexed VALUES (new.n);
       END""",
    """CREATE TRIGGER articles_removed AFTER DELETE ON articles BEGIN
         INSERT INTO articles_fts(articles_fts, rowid, title, text)
           SELECT 'delete', old.n, old.title, old.text
           WHERE old.n NOT IN (SELECT n FROM articles_unindexed);
         DELETE FROM articles_unindexed WHERE n = old.n;
       END""",
)


def index_articles(connection: sa.Connection) -> None:
    """Take the articles that wait for it into the full-text index, in the open transaction."""
    if connection.execute(sa.select(_unindexed.c.n).limit(1)).first() is None:
        return
    connection.exec_driver_sql(
        """INSERT INTO articles_fts(rowid, title, text)
             SELECT n, title, text FROM articles_unindexed JOIN articles USING (n)"""
    )
    connection.execute(sa.delete(_unindexed))
