"""The command line: parse, call app, print, turn errors into exit codes."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.errors import ConfigError, DigestError

if TYPE_CHECKING:
    from digest.config import Config

app = typer.Typer(
    name="digest",
    help="From news feeds to one AI-industry digest a day, every sentence with its source.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
editions_app = typer.Typer(
    help="Editions made so far.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(editions_app, name="editions")

ConfigOption = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The configuration file.")
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="The run's idea of now, ISO 8601; for tests and replays."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", help="Log tracebacks and details on standard error.")
]
OutOption = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Where the edition's files go.")
]
DEFAULT_CONFIG = Path("config.yaml")


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from digest import __version__

        typer.echo(f"digest {__version__}")
        raise typer.Exit


@app.command()
def run(
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="NAME", help="The edition's name.")
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Only if the schedule says so; for cron.")
    ] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Make today's edition anew.")] = False,
    out: OutOption = Path("out"),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; print the edition.")
    ] = False,
    no_deliver: Annotated[
        bool, typer.Option("--no-deliver", help="Write the store and --out only.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write the run report here too.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Put out today's edition, or say that it stands."""
    from digest import running

    settings = _settings(config, verbose)
    running.check_edition(settings, edition)
    now = _now(at, settings.timezone)
    day: date | None = None
    if due:
        day = running.due(settings, now)
        if day is None:
            typer.echo(running.next_due(settings, now), err=True)
            return
    code = running.run_and_print(
        settings,
        now=now,
        day=day,
        out=out,
        refresh=refresh,
        dry_run=dry_run,
        deliver=not no_deliver,
        report_to=report,
        as_json=as_json,
    )
    raise typer.Exit(code)


@app.command()
def topic(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for, in quotes.")],
    since: Annotated[
        str, typer.Option("--since", metavar="7d", help="How far back, such as 12h or 30d.")
    ] = "7d",
    format_: Annotated[
        str, typer.Option("--format", metavar="markdown|html|text|json", help="How to print it.")
    ] = "text",
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write it here, not to the screen."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Search stored articles only.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write the run report here.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Write one piece on one topic, in the digest's form."""
    from digest import running

    settings = _settings(config, verbose)
    running.topic_and_print(
        settings,
        query,
        now=_now(at, settings.timezone),
        since=_since(since),
        style=format_,
        output=output,
        offline=offline,
        report_to=report,
        as_json=as_json,
    )


@app.command()
def demo(
    out: OutOption = Path("out/demo"),
    keep_serving: Annotated[
        bool, typer.Option("--keep-serving", help="Keep the sample outlets up afterwards.")
    ] = False,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Run the whole pipeline on a bundled newsroom: three days of invented news."""
    from digest.demo import show

    _log(verbose)
    show(out, now=_now(at, "UTC"), keep_serving=keep_serving, as_json=as_json)


@app.command()
def serve(config: ConfigOption = DEFAULT_CONFIG, verbose: VerboseOption = False) -> None:
    """Keep running and put out the edition at its scheduled time."""
    from digest import running

    running.serve(_settings(config, verbose))


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(metavar="URL|STORY-ID|EDITION-ID")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Say why: what became of an article, a story or an edition."""
    from digest import running

    running.explain(_settings(config, verbose), subject, as_json=as_json)


@app.command()
def doctor(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Check what works, what does not, and how to mend it."""
    from digest.doctor import examine

    _log(verbose)
    raise typer.Exit(examine(config, as_json=as_json))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]")] = Path(),
    verbose: VerboseOption = False,
) -> None:
    """Make a folder ready to edit: a configuration with its feeds."""
    from digest import running

    _log(verbose)
    running.init(folder)


@editions_app.command("list")
def editions_list(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the editions made, newest first."""
    from digest import running

    running.list_editions(_settings(config, verbose), as_json=as_json)


@editions_app.command("show")
def editions_show(
    edition_id: Annotated[str, typer.Argument(metavar="ID")],
    format_: Annotated[
        str, typer.Option("--format", metavar="markdown|html|json", help="How to print it.")
    ] = "markdown",
    config: ConfigOption = DEFAULT_CONFIG,
    verbose: VerboseOption = False,
) -> None:
    """Print a stored edition."""
    from digest import running

    running.show_edition(_settings(config, verbose), edition_id, format_)


@editions_app.command("render")
def editions_render(
    edition_id: Annotated[str, typer.Argument(metavar="ID")],
    out: OutOption = Path("out"),
    config: ConfigOption = DEFAULT_CONFIG,
    verbose: VerboseOption = False,
) -> None:
    """Write a stored edition's files again, after a template has changed."""
    from digest import running

    raise typer.Exit(running.render_edition(_settings(config, verbose), edition_id, out))


def _settings(config: Path, verbose: bool) -> Config:
    from digest.app import read_config

    _log(verbose)
    return read_config(config)


def _log(verbose: bool) -> None:
    from digest.log import set_up

    set_up(verbose)


def _now(at: str | None, timezone: str) -> datetime:
    from zoneinfo import ZoneInfo

    if at is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise ConfigError(
            f"--at: “{at}” is no ISO 8601 time, such as 2026-03-01T06:30", key="--at"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(UTC)


def _since(text: str) -> timedelta:
    from digest.config.values import duration

    try:
        span = duration(text)
    except ValueError as error:
        raise ConfigError(
            f"--since: “{text}”: expected a span such as 12h or 7d", key="--since"
        ) from error
    if not span:
        raise ConfigError(f"--since: “{text}”: expected a span such as 12h or 7d", key="--since")
    return span


def main() -> None:
    """Run the command line; every error leaves as one sentence and the contract's exit code."""
    sys.exit(_exit_code(sys.argv[1:]))


def _exit_code(arguments: list[str]) -> int:
    import os

    try:
        result: Any = app(arguments, standalone_mode=False)
    except DigestError as error:
        _say(str(error), error)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _say("stopped; what was read so far is stored", None)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        show = getattr(error, "show", None)  # click's own usage errors print themselves
        if callable(show):
            show()
            return int(getattr(error, "exit_code", 2))
        _say(f"unexpected {type(error).__name__}: {error} (--verbose logs where)", error)
        return 1
    return result if isinstance(result, int) else 0


def _say(message: str, error: BaseException | None) -> None:
    from digest.log import note

    print(f"digest: {message}", file=sys.stderr)  # noqa: T201
    if error is not None:
        note(error)
