"""Make a stored edition again, and say what changed."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from digest import app
from digest.commands.editions import files_folder
from digest.config import Config, FileOutputSettings
from digest.models import OutputResult
from digest.remaking import Remade
from digest.render.columns import fold
from digest.render.printable import line
from digest.terminal import WIDTH, print_json, print_outputs, progress

_INDENT = 2


def rebuild_edition(
    config: Config, edition_id: str, out: Path | None, *, dry_run: bool, as_json: bool
) -> int:
    """Make a stored edition again, write its files, and print what changed; return the exit code.

    The files go where ``render`` puts them. ``dry_run`` writes nothing.
    """
    folder = files_folder(config, edition_id, out)
    with progress() as watching:
        remade, results = app.rebuild_edition(
            config, edition_id, progress=watching, out=folder, dry_run=dry_run
        )
    if as_json:
        print_json(json.dumps(_document(remade, results), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{each}\n" for each in _lines(remade, dry_run=dry_run))
        print_outputs(results, sys.stdout)
        if results and remade.changed and _others(config):
            tell = f"the other outputs get it by `digest editions deliver {edition_id}`"
            sys.stdout.write(f"{tell}\n")
        for problem in remade.edited.problems:
            told = line(f"{problem.stage}: {problem.message}")
            print(f"! {told}", file=sys.stderr)  # noqa: T201
    sys.stdout.flush()
    return 3 if any(r.status == "failed" for r in results) else 0


def _others(config: Config) -> bool:
    """Tell whether there are outputs that rebuilding does not write."""
    return any(not isinstance(o, FileOutputSettings) for o in config.outputs)


def _lines(remade: Remade, *, dry_run: bool) -> list[str]:
    name = remade.was.id
    if remade.emptied:
        return [f"{name} stands as it was: by these settings no story would be left"]
    if not remade.changed:
        return [f"{name} is the same as before"]
    told = [f"{name} would be made anew" if dry_run else f"{name} was made anew"]
    for change in remade.changes:
        about = f"{change.what}: {line(change.headline)} ({change.story_id}; {line(change.detail)})"
        told += [f"{' ' * _INDENT}{part}" for part in fold(about, WIDTH - _INDENT).split("\n")]
    return told


def _document(remade: Remade, results: list[OutputResult]) -> dict[str, object]:
    return {
        "edition_id": remade.was.id,
        "edition": "made" if remade.changed else "unchanged",
        "changes": [] if remade.emptied else [asdict(change) for change in remade.changes],
        "outputs": [asdict(result) for result in results],
        "problems": [asdict(problem) for problem in remade.edited.problems],
    }
