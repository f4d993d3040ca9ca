"""The SQLite file: found, told from other files, opened, and its errors put into words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from digest.adapters.store import layout
from digest.errors import StoreError

_LONG_LOG = 8000  # pages: a log of 32 MB, merged less often
_SHORT_LOG = 400  # pages, while every commit waits for the disk: benchmarks.delivery

_ADVICE = {
    sqlite3.SQLITE_NOTADB: "is not a database: move it away, or set `store` to another file",
    sqlite3.SQLITE_CORRUPT: "is damaged: put a copy of it in its place, or move it away and "
    "start anew",
    sqlite3.SQLITE_BUSY: "is locked by another program: wait for that to end, or close it",
    sqlite3.SQLITE_LOCKED: "is locked by another program: wait for that to end, or close it",
    sqlite3.SQLITE_FULL: "could not be written, as its disk is full: make room and run again "
    "(what was stored before is safe)",
    sqlite3.SQLITE_IOERR: "could not be read or written: its disk is full or failing, or the file "
    "went away (what was stored before is safe)",
    sqlite3.SQLITE_READONLY: "may not be written: make the file and its folder writable, or set "
    "`store` to another file",
    sqlite3.SQLITE_PERM: "may not be opened: check who owns the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its folder exists and may be written",
}


_LOOK_OFTEN = 0.02  # seconds in which SQLite looks four times whether it may write


def explain(error: BaseException, name: str) -> str:
    """Return one sentence on a database error: what is the matter and what to do."""
    if "fts5" in str(error):
        return f"{name} needs full-text search (FTS5), which this Python's SQLite lacks"
    advice = _ADVICE.get(code_of(error))
    if advice:
        return f"{name} {advice}"
    plain = str(getattr(error, "orig", None) or error)  # SQLAlchemy adds the statement in lines
    return f"{name} could not be used: {plain.partition(chr(10))[0][:200]}"


def code_of(error: BaseException | None) -> int:
    """Return SQLite's primary code for an error of the driver's or SQLAlchemy's; 0 for others."""
    driver_error = getattr(error, "orig", None) or error
    if "decode to UTF-8" in str(driver_error):  # text that nobody stored
        return sqlite3.SQLITE_CORRUPT
    return (getattr(driver_error, "sqlite_errorcode", None) or 0) & 0xFF


def file_of(url: str) -> Path | None:
    """Return the file that a ``sqlite:///…`` address names; None stands for memory."""
    try:
        address = sa.make_url(url)
    except ArgumentError as error:
        raise StoreError("`store` is not an address such as sqlite:///var/digest.db") from error
    if address.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StoreError(
            f"this version stores in SQLite only, not in {address.drivername}: "
            "set `store` to an address such as sqlite:///var/digest.db"
        )
    if address.query or address.host or "\0" in (address.database or ""):
        raise StoreError("`store` takes a plain file, such as sqlite:///var/digest.db")
    return Path(address.database) if address.database not in (None, "", ":memory:") else None


class Database:
    """One connection to one file, used from one thread."""

    def __init__(self, raw: sqlite3.Connection, path: Path | None, timeout: float) -> None:
        self.path = path
        self.name = _name(path)
        self._raw = raw
        self._timeout = timeout
        self._durable = False
        self._engine = sa.create_engine(
            "sqlite://",
            creator=lambda: raw,
            poolclass=StaticPool,
            hide_parameters=True,  # an error's text would print addresses into logs
        )
        self.connection = self._engine.connect()

    @classmethod
    def open(cls, url: str, *, scratch: bool, timeout: float) -> Database:
        """Return the database at ``url``, made if there is none; raises StoreError.

        With ``scratch`` it is a copy in memory, and nothing is written to any disk.
        """
        path = file_of(url)
        raw = _connect(path, scratch=scratch, timeout=timeout)
        try:
            database = cls(raw, path, timeout)
        except BaseException as error:
            raw.close()
            if isinstance(error, SQLAlchemyError):
                raise StoreError(explain(error, _name(path))) from error
            raise
        try:
            with database.transaction():
                database._prepare()
        except BaseException:
            database.close()
            raise
        return database

    def _prepare(self) -> None:
        """Make the tables of a new file, or bring an older one to this version."""
        if _version(self._raw) == layout.VERSION:
            return
        self.connection.exec_driver_sql("BEGIN IMMEDIATE")
        version = _version(self._raw)  # another process may have been quicker
        if version == 0:
            layout.create(self.connection)
        elif version < layout.VERSION:
            layout.upgrade(self.connection, version)

    @contextmanager
    def transaction(self, *, durable: bool = False, whole: bool = False) -> Iterator[None]:
        """All or nothing; every database error becomes a StoreError.

        A ``durable`` one has its turn to write from its start, and is on the disk at its end;
        others survive the end of the program, but may be lost with the power. One that is
        ``whole`` reads everything as of one moment, whoever writes meanwhile.
        """
        if self.connection.closed:
            raise StoreError(f"{self.name} is closed already")
        try:
            self._sync(durable)
            with self.connection.begin():
                if durable:
                    self._take_turn()
                elif whole:
                    self._raw.execute("BEGIN")
                yield
        except (SQLAlchemyError, sqlite3.Error, ValueError, OverflowError) as error:
            raise StoreError(explain(error, self.name)) from error

    def _sync(self, durable: bool) -> None:
        """Have commits wait for the disk, or not; SQLite lets this change between transactions."""
        if durable is not self._durable:
            self._raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            # Waiting for the disk takes half as long where the log is written over, not longer.
            self._raw.execute(f"PRAGMA wal_autocheckpoint={_SHORT_LOG if durable else _LONG_LOG}")
            look = _LOOK_OFTEN if durable else self._timeout  # see _take_turn
            self._raw.execute(f"PRAGMA busy_timeout={look * 1000:.0f}")
            self._durable = durable

    def _take_turn(self) -> None:
        """Begin to write, and wait for it as long as the timeout says.

        SQLite looks again after ever longer pauses, up to 0.1 s. Beside a process that writes one
        small transaction after another that is too seldom to find it between two; begun anew it
        looks often.
        """
        rounds = max(1, round(self._timeout / _LOOK_OFTEN))
        for left in reversed(range(rounds)):
            try:
                self._raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if code_of(error) != sqlite3.SQLITE_BUSY or left == 0:
                    raise

    def probe(self) -> None:
        """Raise StoreError where the file cannot be written now; writes nothing."""
        with self.transaction():
            self.connection.exec_driver_sql("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Bring the log into the file and let it go; more than once does no harm."""
        if self.connection.closed:
            return
        with suppress(SQLAlchemyError, sqlite3.Error):  # the log stays beside the file, then
            self._raw.execute("PRAGMA busy_timeout=0")  # whoever has it open will bring it in
            self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.close()
        self._engine.dispose()
        self._raw.close()


def _name(path: Path | None) -> str:
    return f"the store {path}" if path else "the store in memory"


def _connect(path: Path | None, *, scratch: bool, timeout: float) -> sqlite3.Connection:
    """Return a connection to a database that is ours or still empty."""
    try:
        if path is None or (scratch and not path.exists()):
            return _tuned(_sqlite(":memory:", timeout))
        if path.is_dir():
            raise StoreError(f"the store {path} is a folder: set `store` to a file in it")
        if not scratch:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_private(path)
    except OSError as error:
        raise StoreError(
            f"the store {path} cannot be opened, as {error.filename} is no folder that can be "
            "made or written: set `store` to another file"
        ) from error
    try:
        raw = _copy(path, timeout) if scratch else _sqlite(str(path), timeout)
        try:
            _refuse_foreign(raw, path)
            return _tuned(raw)
        except BaseException:
            raw.close()
            raise
    except sqlite3.Error as error:
        raise StoreError(explain(error, _name(path))) from error


def _make_private(path: Path) -> None:
    """Make the file where there is none, for its owner alone: it holds addresses and tokens.

    SQLite gives its log the file's own mode. One that is there keeps its mode; where none can be
    made, SQLite says why.
    """
    with suppress(OSError):
        # A link may point to a place where there is nothing yet.
        target = os.path.realpath(path)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _sqlite(target: str, timeout: float, *, uri: bool = False) -> sqlite3.Connection:
    # IMMEDIATE: a write waits for its turn at its start, and never fails half-way.
    return sqlite3.connect(target, timeout=timeout, isolation_level="IMMEDIATE", uri=uri)


def _tuned(raw: sqlite3.Connection) -> sqlite3.Connection:
    """Set what holds for this connection; a file keeps WAL for good."""
    if raw.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=NORMAL")  # with WAL: a crash loses no soundness
    raw.execute(f"PRAGMA wal_autocheckpoint={_LONG_LOG}")
    raw.execute("PRAGMA foreign_keys=ON")
    raw.execute("PRAGMA temp_store=MEMORY")
    return raw


def _identity(raw: sqlite3.Connection) -> tuple[int, int, int]:
    """Return the file's application id, its schema version, and its number of tables."""
    application = raw.execute("PRAGMA application_id").fetchone()[0]
    version = raw.execute("PRAGMA user_version").fetchone()[0]
    tables = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return application, version, tables


def _version(raw: sqlite3.Connection) -> int:
    """Return the version of a file that is ours, 0 for one still empty."""
    version: int = raw.execute("PRAGMA user_version").fetchone()[0]
    return version


def _refuse_foreign(raw: sqlite3.Connection, path: Path) -> None:
    application, version, tables = _identity(raw)
    if (application, version, tables) == (0, 0, 0):
        return
    if application != layout.APPLICATION_ID:
        raise StoreError(
            f"the store {path} is a database of another program: set `store` to another file"
        )
    if not 1 <= version <= layout.VERSION:
        raise StoreError(
            f"the store {path} was written by another version of Digest (its format is {version}, "
            f"this one reads {layout.VERSION}): use that version, or set `store` to another file"
        )


def _copy(path: Path, timeout: float) -> sqlite3.Connection:
    """Return a copy in memory. Reading leaves no trace beside the file.

    Even a reader makes the files of the write-ahead log. Where there are none, nobody has the
    database open, so it may be read as a file that cannot change; where there are, they are used.
    """
    target = _sqlite(":memory:", timeout)
    log = path.with_name(path.name + "-wal")
    try:
        alone = not log.exists()
        _backup(path, target, timeout, "immutable=1" if alone else "mode=ro")
        if alone and log.exists():  # someone opened it meanwhile
            _backup(path, target, timeout, "mode=ro")
    except BaseException:
        target.close()
        raise
    return target


def _backup(path: Path, target: sqlite3.Connection, timeout: float, how: str) -> None:
    address = f"file:{quote(str(path.absolute()))}?{how}"
    with closing(_sqlite(address, timeout, uri=True)) as source:
        source.backup(target)
