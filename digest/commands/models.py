"""``digest models``: which models are used, what is on this machine, and fetching one."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from digest import app
from digest.config import Config
from digest.core.discreet import shown
from digest.errors import ConfigError
from digest.render.wording import count
from digest.terminal import closing_table, print_json, progress, tell


def list_models(config: Config, *, as_json: bool) -> None:
    """Print the models that are used, those on this machine, and the vectors kept of them."""
    found = app.models_found(config)
    by_meaning, sentence = app.embeddings_used(config)
    llm = config.llm
    where = shown(llm.base_url) if llm else ""
    judge = llm and llm.judge
    if as_json:
        listed = {
            "language_model": {"model": llm.model, "base_url": where} if llm else None,
            "judge": {"model": judge, "base_url": where} if judge else None,
            "embeddings": {"used": by_meaning, "detail": sentence},
            "models": [asdict(model) for model in found],
        }
        print_json(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")
        return
    writer = f"{llm.model} at {where}" if llm else "none: the outlets’ own words are used"
    rows = [("language model", writer)]
    rows += [("judge", f"{judge} at {where}")] if judge else []
    sys.stdout.write(closing_table([*rows, ("embeddings", sentence)]))
    for model in found:
        where = f"{model.folder}, {model.bytes / 1e6:.0f} MB" if model.folder else "not here"
        kept = f"{count(model.vectors, 'vector', 'vectors')}, {model.vector_bytes / 1e6:.1f} MB"
        sys.stdout.write(
            f"  {model.name}: {where}; kept of it: {kept if model.vectors else 'none'}\n"
        )


def pull(config: Config, hub: str | None, *, as_json: bool) -> None:
    """Fetch the embedding model, and say so."""
    if hub is not None and not hub.startswith(("http://", "https://")):
        raise ConfigError(f"--hub: “{hub}” is no http or https address", key="--hub")
    with progress() as watching:
        done = app.pull_model(config, watching, hub=hub)
    lines = [done]
    if config.embeddings is None:
        lines.append("`embeddings` is off; set it to auto, and the next run uses the model")
    elif install := app.missing_runner(config.embeddings):
        lines.append(f"what runs it is not installed yet: {install}")
    tell("; ".join(lines), as_json=as_json)
