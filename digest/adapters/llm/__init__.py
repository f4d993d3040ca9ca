"""A chat model behind an OpenAI-compatible server, and the client that embeddings use too."""

from digest.adapters.llm.client import connected
from digest.adapters.llm.model import OpenAIModel

__all__ = ["OpenAIModel", "connected"]
