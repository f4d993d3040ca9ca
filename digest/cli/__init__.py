"""The command line: parse, call app, print, turn errors into exit codes."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from digest.cli import editions, feeds, models, state, subscribers
from digest.cli.options import (
    DEFAULT_CONFIG,
    AtOption,
    ConfigOption,
    JsonOption,
    OutOption,
    VerboseOption,
    log,
    now,
    settings,
)
from digest.errors import ConfigError, DigestError

app = typer.Typer(
    name="digest",
    help="From news feeds to one AI-industry digest a day, every sentence with its source.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(editions.group, name="editions")
app.add_typer(feeds.group, name="feeds")
app.add_typer(subscribers.group, name="subscribers")
app.add_typer(models.group, name="models")
app.add_typer(state.group, name="state")

INTERRUPTED = 130  # the exit code of Ctrl-C


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(_version())
        raise typer.Exit


def _version() -> str:
    from digest import __version__

    return f"digest {__version__}"


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
    from digest.commands import edition as commands

    chosen = settings(config, verbose)
    commands.check_edition(chosen, edition)
    if dry_run and report is not None:
        raise ConfigError(
            "--report: --dry-run writes nothing; --json prints the report", key="--report"
        )
    moment = now(at, chosen.timezone)
    day: date | None = None
    if due:
        day = commands.due(chosen, moment, deliver=not no_deliver)
        if day is None:
            typer.echo(commands.next_due(chosen, moment), err=True)
            return
        if not (refresh or dry_run or no_deliver):
            raise typer.Exit(
                commands.run_due(
                    chosen, now=moment, day=day, out=out, report_to=report, as_json=as_json
                )
            )
    code = commands.run_and_print(
        chosen,
        now=moment,
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
        str,
        typer.Option("--format", metavar="markdown|html|text|json|email", help="How to print it."),
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
    from digest.arguments import span
    from digest.commands.topic import topic_and_print

    chosen = settings(config, verbose)
    topic_and_print(
        chosen,
        query,
        now=now(at, chosen.timezone),
        since=span(since),
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

    log(verbose)
    show(out, now=now(at, "UTC"), keep_serving=keep_serving, as_json=as_json)


@app.command()
def serve(
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help="Where the web server listens (127.0.0.1)."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="NUMBER", min=0, max=65535, help="Its port (8080)."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    verbose: VerboseOption = False,
) -> None:
    """Keep running: put out the edition at its time, and let readers unsubscribe."""
    from digest.commands import service

    service.serve(
        settings(config, verbose),
        host=host or "127.0.0.1",
        port=8080 if port is None else port,
        listen=host is not None or port is not None,
    )


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(metavar="URL|STORY-ID|EDITION-ID")],
    config: ConfigOption = DEFAULT_CONFIG,
    at: AtOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Say why: what became of an article, a story or an edition."""
    from digest.commands.explain import explain as explained

    chosen = settings(config, verbose)
    explained(chosen, subject, now=now(at, chosen.timezone), as_json=as_json, verbose=verbose)


@app.command()
def doctor(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Check what works, what does not, and how to mend it."""
    from digest.doctor import examine

    log(verbose)
    raise typer.Exit(examine(config, as_json=as_json))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]")] = Path(),
    verbose: VerboseOption = False,
) -> None:
    """Make a folder ready to edit: a configuration with its feeds."""
    from digest.commands.init import init as made

    log(verbose)
    made(folder)


def main() -> None:
    """Run the command line of this process, and end it with the exit code."""
    from digest.interrupts import end_as_by_hand

    end_as_by_hand()
    sys.exit(answer(sys.argv[1:]))


def answer(arguments: list[str]) -> int:
    """Return the exit code of one command line; every error is said in one sentence."""
    from digest.terminal import settle_output

    settle_output()
    if arguments == ["--version"]:  # answered before typer loads what it parses options with
        print(_version())  # noqa: T201
        return 0
    try:
        result: Any = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    except SystemExit:  # typer's way out where the reader of a pipe had enough, as `| head` has
        return 0
    except Exception as error:
        return _failed(error)
    if result == INTERRUPTED:  # which is also what typer makes of Ctrl-C
        _say(f"stopped{_kept(arguments)}", None)
    return result if isinstance(result, int) else 0


def _kept(arguments: list[str]) -> str:
    """Return what a command that was stopped leaves behind, in words."""
    if arguments[:2] == ["editions", "deliver"]:
        return "; what was sent is noted, and `digest editions deliver` goes on from there"
    if arguments[:1] in (["run"], ["topic"]) and "--dry-run" not in arguments:
        return "; what was read so far is stored"
    return ""


def _failed(error: BaseException) -> int:
    """Say in one sentence what ended the command; return its exit code."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, DigestError):
        _say(str(error), error)
        return error.exit_code
    if isinstance(error, OSError):
        from digest.terminal import let_go_of_output

        let_go_of_output()
    if isinstance(error, BrokenPipeError):
        return 0
    show = getattr(error, "show", None)  # click's own usage errors print themselves
    if callable(show):
        show()
        return int(getattr(error, "exit_code", 2))
    if isinstance(error, OSError):
        words = (error.strerror or str(error)).lower()
        where = f" ({error.filename})" if error.filename else ""
        _say(f"the system stopped it: {words}{where}", error)
        return 1
    _say(f"unexpected {type(error).__name__}: {error} (--verbose logs where)", error)
    return 1


def _say(message: str, error: BaseException | None) -> None:
    from digest.log import note

    print(f"digest: {message}", file=sys.stderr)  # noqa: T201
    if error is not None:
        note(error)
