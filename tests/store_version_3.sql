-- A store as version 3 of its format made it, with something in every table.

CREATE TABLE feeds (
  url TEXT NOT NULL,
  etag TEXT,
  last_modified TEXT,
  status INTEGER,
  checked_at TEXT,
  succeeded_at TEXT,
  failures INTEGER NOT NULL,
  moved_to TEXT,
  gone BOOLEAN NOT NULL,
  title TEXT NOT NULL,
  moved_times INTEGER DEFAULT 0 NOT NULL,
  address TEXT DEFAULT '' NOT NULL,
  error TEXT DEFAULT '' NOT NULL,
  due_at TEXT,
  ttl FLOAT,
  per_week FLOAT,
  newest_at TEXT,
  wishes JSON DEFAULT '{}' NOT NULL,
  PRIMARY KEY (url)
);

CREATE TABLE hosts (
  "key" TEXT NOT NULL,
  robots TEXT,
  robots_at TEXT,
  put_off_until TEXT,
  put_off_why TEXT NOT NULL,
  robots_lost BOOLEAN NOT NULL,
  PRIMARY KEY ("key")
);

CREATE TABLE entries (
  id TEXT NOT NULL,
  feed_url TEXT NOT NULL,
  guid TEXT NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  content TEXT NOT NULL,
  author TEXT NOT NULL,
  published_at TEXT,
  language TEXT NOT NULL,
  tags JSON NOT NULL,
  paywalled BOOLEAN NOT NULL,
  first_seen_at TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  story_id TEXT,
  fingerprint TEXT DEFAULT '' NOT NULL,
  source_name TEXT DEFAULT '' NOT NULL,
  source_url TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (id)
);

CREATE INDEX entries_by_outcome ON entries (outcome, first_seen_at);

CREATE INDEX entries_by_url ON entries (url);

CREATE INDEX entries_by_guid ON entries (feed_url, guid);

CREATE TABLE editions (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  date DATE NOT NULL,
  opens TEXT NOT NULL,
  closes TEXT NOT NULL,
  record TEXT NOT NULL,
  readers_until INTEGER DEFAULT 0 NOT NULL,
  PRIMARY KEY (id)
);

CREATE INDEX editions_by_date ON editions (name, date, closes);

CREATE TABLE runs (
  n INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  started_at TEXT NOT NULL,
  report TEXT NOT NULL,
  PRIMARY KEY (n),
  UNIQUE (run_id)
);

CREATE TABLE addresses (
  n INTEGER NOT NULL,
  address TEXT NOT NULL,
  token TEXT NOT NULL,
  PRIMARY KEY (n),
  UNIQUE (address),
  UNIQUE (token)
);

CREATE TABLE finished_outputs (
  edition_id TEXT NOT NULL,
  output TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (edition_id, output)
);

CREATE TABLE articles_unindexed (
  n INTEGER NOT NULL,
  PRIMARY KEY (n)
);

CREATE TABLE revisions (
  n INTEGER NOT NULL,
  entry_id TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (n),
  FOREIGN KEY(entry_id) REFERENCES entries (id)
);

CREATE INDEX revisions_by_entry ON revisions (entry_id, seen_at);

CREATE TABLE articles (
  n INTEGER NOT NULL,
  id TEXT NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  publisher TEXT NOT NULL,
  domain TEXT NOT NULL,
  author TEXT NOT NULL,
  published_at TEXT NOT NULL,
  first_seen_at TEXT NOT NULL,
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  quality TEXT NOT NULL,
  feed_url TEXT NOT NULL,
  category TEXT NOT NULL,
  kind TEXT NOT NULL,
  trust FLOAT NOT NULL,
  opinion BOOLEAN NOT NULL,
  relevance FLOAT NOT NULL,
  note TEXT NOT NULL,
  ai_input BOOLEAN DEFAULT 1 NOT NULL,
  max_snippet INTEGER,
  PRIMARY KEY (n),
  UNIQUE (id),
  FOREIGN KEY(id) REFERENCES entries (id)
);

CREATE INDEX articles_by_url ON articles (url);

CREATE INDEX articles_by_first_seen ON articles (first_seen_at, id);

CREATE INDEX articles_by_published ON articles (published_at);

CREATE TABLE readers (
  n INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  address_n INTEGER NOT NULL,
  added_at TEXT NOT NULL,
  UNIQUE (address_n),
  FOREIGN KEY(address_n) REFERENCES addresses (n)
);

CREATE TABLE suppressions (
  address_n INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (address_n),
  FOREIGN KEY(address_n) REFERENCES addresses (n)
);

CREATE TABLE soft_bounces (
  n INTEGER NOT NULL,
  address_n INTEGER NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (n),
  FOREIGN KEY(address_n) REFERENCES addresses (n)
);

CREATE INDEX soft_bounces_by_address ON soft_bounces (address_n, at);

CREATE TABLE deliveries (
  edition_id TEXT NOT NULL,
  output TEXT NOT NULL,
  address_n INTEGER NOT NULL,
  status TEXT NOT NULL,
  at TEXT NOT NULL,
  detail TEXT NOT NULL,
  tries INTEGER NOT NULL,
  PRIMARY KEY (edition_id, output, address_n),
  FOREIGN KEY(address_n) REFERENCES addresses (n)
)
 WITHOUT ROWID;

CREATE TABLE traces (
  article_id TEXT NOT NULL,
  facts JSON NOT NULL,
  shingles JSON NOT NULL,
  PRIMARY KEY (article_id),
  FOREIGN KEY(article_id) REFERENCES articles (id)
);

CREATE VIRTUAL TABLE articles_fts USING fts5(
         title, text, content='articles', content_rowid='n',
         tokenize='porter unicode61 remove_diacritics 2');

CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
         INSERT OR IGNORE INTO articles_unindexed VALUES (new.n);
       END;

CREATE TRIGGER articles_changed AFTER UPDATE OF n, title, text ON articles
       WHEN old.n <> new.n OR old.title <> new.title OR old.text <> new.text BEGIN
         INSERT INTO articles_fts(articles_fts, rowid, title, text)
           SELECT 'delete', old.n, old.title, old.text
           WHERE old.n NOT IN (SELECT n FROM articles_unindexed);
         DELETE FROM articles_unindexed WHERE n = old.n;
         INSERT OR IGNORE INTO articles_unindexed VALUES (new.n);
       END;

CREATE TRIGGER articles_removed AFTER DELETE ON articles BEGIN
         INSERT INTO articles_fts(articles_fts, rowid, title, text)
           SELECT 'delete', old.n, old.title, old.text
           WHERE old.n NOT IN (SELECT n FROM articles_unindexed);
         DELETE FROM articles_unindexed WHERE n = old.n;
       END;

PRAGMA application_id = 1147630452;
PRAGMA user_version = 3;
PRAGMA journal_mode = WAL;

BEGIN;
INSERT INTO feeds VALUES
  ('https://other.test/feed', NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, '', 0, '', '', NULL, NULL,
   NULL, NULL, '{}'),
  ('https://wire.test/feed', 'W/"é"', NULL, 200, '2026-08-05T06:30:00.123456+00:00',
   '2026-08-05T06:30:00.123456+00:00', 0, NULL, 0, 'The Wire', 0, 'https://wire.test/rss', '',
   '2026-08-05T07:30:00.123456+00:00', 3600.0, 12.5, '2026-08-05T05:30:00.123456+00:00',
   '{"ai_input": false, "max_snippet": 0, "told": ["a"]}');
INSERT INTO entries VALUES
  ('a', 'https://wire.test/feed', 'guid-a', 'https://wire.test/a', 'Chips', '', '', 'A. Writer',
   NULL, 'en', '["chips"]', 0, '2026-08-05T06:30:00.123456+00:00', 'published', 'leads', 'story-1',
   'f1', '', ''),
  ('b', 'https://wire.test/feed', 'guid-b', 'https://wire.test/b', 'Robots', '', '', '', NULL, '',
   '[]', 0, '2026-08-05T06:30:00.123456+00:00', 'read', 'full text', NULL, '', '', ''),
  ('c', 'https://wire.test/feed', 'guid-c', 'https://wire.test/c', 'Gardens', 'Roses', '', '',
   NULL, '', '[]', 1, '2026-08-05T06:30:00.123456+00:00', 'off-topic', 'about gardens', NULL, '',
   '', ''),
  ('d', 'https://wire.test/feed', 'guid-d', 'https://wire.test/d', 'Boats', '', 'All about boats',
   '', '2026-08-05T04:30:00.123456+00:00', '', '[]', 0, '2026-08-05T06:30:00.123456+00:00',
   'pending', 'new', NULL, '', '', ''),
  ('f', 'https://wire.test/feed', 'f', 'https://wire.test/f', 'Moon', '', '', 'A. Writer',
   '2026-08-05T05:30:00.123456+00:00', 'en', '[]', 0, '2026-08-05T06:30:00.123456+00:00', 'found',
   'bears on moons', NULL, '', '', ''),
  ('g', 'https://wire.test/feed', 'guid-g', 'https://wire.test/g', 'Glass', '', '', '',
   '2026-08-05T05:30:00.123456+00:00', 'en', '["glass"]', 0, '2026-08-05T06:30:00.123456+00:00',
   'read', 'read', NULL, '9427682f2991a9fa18fb707462e08119', '', ''),
  ('t', 'https://wire.test/feed', '', 'https://wire.test/t', 'Told', '', '', '', NULL, '', '[]', 0,
   '2026-08-04T06:30:00.123456+00:00', 'brief', 'known from an earlier run', 'story-0', '', '',
   '');
INSERT INTO addresses VALUES
  (1, 'a@reader.test', 'token000000000000000000001'),
  (2, 'b@reader.test', 'token000000000000000000002'),
  (3, 'c@reader.test', 'token000000000000000000003'),
  (4, 'gone@reader.test', 'token000000000000000000004');
INSERT INTO articles VALUES
  (1, 'a', 'https://wire.test/a', 'Chips', 'The Wire', 'wire.test', 'A. Writer',
   '2026-08-05T05:30:00.123456+00:00', '2026-08-05T06:30:00.123456+00:00', 'en',
   'A new chip was announced.', 'full', 'https://wire.test/feed', 'chips', 'news', 0.5, 0, 0.75,
   '', 1, NULL),
  (2, 'b', 'https://wire.test/b', 'Robots', 'The Wire', 'wire.test', '',
   '2026-08-05T05:30:00.123456+00:00', '2026-08-05T06:30:00.123456+00:00', 'en', 'A robot walks.',
   'full', 'https://wire.test/feed', '', 'news', 1.0, 0, 1.0, 'n', 1, NULL),
  (3, 't', 'https://wire.test/t', 'Told', 'The Wire', 'wire.test', 'A. Writer',
   '2026-08-05T05:30:00.123456+00:00', '2026-08-04T06:30:00.123456+00:00', 'en', '', 'full',
   'https://wire.test/feed', '', 'news', 1.0, 0, 1.0, '', 1, NULL),
  (4, 'f', 'https://wire.test/f', 'Moon', 'The Wire', 'wire.test', 'A. Writer',
   '2026-08-05T05:30:00.123456+00:00', '2026-08-05T06:30:00.123456+00:00', 'en', 'A moon base.',
   'full', 'https://wire.test/feed', '', 'discussion', 1.0, 1, 1.0, '', 1, NULL);
INSERT INTO articles_fts(rowid, title, text)
  SELECT n, title, text FROM articles_unindexed JOIN articles USING (n);
DELETE FROM articles_unindexed;
INSERT INTO articles VALUES
  (5, 'g', 'https://wire.test/g', 'Glass', 'The Wire', 'wire.test', 'A. Writer',
   '2026-08-05T05:30:00.123456+00:00', '2026-08-05T06:30:00.123456+00:00', 'en', 'Glass was cast.',
   'full', 'https://wire.test/feed', 'chips', 'news', 0.5, 0, 0.75, '', 0, 0);
INSERT INTO hosts VALUES
  ('host:5d7113e7a1f9ea93', 'User-agent: *', '2026-08-05T06:30:00.123456+00:00',
   '2026-08-05T07:30:00.123456+00:00', 'answered 429', 0);
INSERT INTO editions VALUES
  ('daily-2026-08-05', 'daily', '2026-08-05', '2026-08-04T06:30:00.123456+00:00',
   '2026-08-05T06:30:00.123456+00:00', '{"id": "daily-2026-08-05"}', 3);
INSERT INTO runs VALUES
  (1, 'run-1', '2026-08-05T06:30:00.123456+00:00', '{}');
INSERT INTO finished_outputs VALUES
  ('daily-2026-08-05', 'files:out', '2026-08-05T06:30:00.123456+00:00');
INSERT INTO revisions VALUES
  (1, 'a', '2026-08-05T06:30:00.123456+00:00', 'Chips', 'A chip');
INSERT INTO readers VALUES
  (1, 1, '2026-08-05T06:30:00.123456+00:00'),
  (2, 2, '2026-08-05T06:30:00.123456+00:00');
INSERT INTO suppressions VALUES
  (4, 'bounced', '2026-08-05T06:30:00.123456+00:00', '5.1.1');
INSERT INTO soft_bounces VALUES
  (1, 2, '2026-08-05T06:30:00.123456+00:00');
INSERT INTO deliveries VALUES
  ('daily-2026-08-05', 'email', 1, 'sent', '2026-08-05T06:30:00.123456+00:00', '250 ok', 1),
  ('daily-2026-08-05', 'email', 2, 'sending', '2026-08-05T06:30:00.123456+00:00', '', 1);
INSERT INTO traces VALUES
  ('t', '["0000000a", "ffffffff"]', '["12345678"]');
UPDATE sqlite_sequence SET seq = 3;
COMMIT;
