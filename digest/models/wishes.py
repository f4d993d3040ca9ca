"""What publishers wish to be done with their texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """What may be done with a text; by default, where nothing is said, what any reader may do."""

    ai_input: bool = True  # may be given to a language model or an embedding server
    max_snippet: int | None = None  # characters that may be quoted; 0: none, None: no bound
    told: tuple[str, ...] = ()  # who says so, one phrase each: "robots.txt: ai-input=no"
