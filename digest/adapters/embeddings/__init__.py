"""Vectors of titles: a model on this machine, or a server that has one."""

from digest.adapters.embeddings.endpoint import EndpointEmbedder
from digest.adapters.embeddings.hub import HUB, MINILM, HubModel, ModelFile, fetch, holds
from digest.adapters.embeddings.local import FILES, INSTALL, LocalEmbedder, installed, lacking

__all__ = [
    "FILES",
    "HUB",
    "INSTALL",
    "MINILM",
    "EndpointEmbedder",
    "HubModel",
    "LocalEmbedder",
    "ModelFile",
    "fetch",
    "holds",
    "installed",
    "lacking",
]
