"""The model that grouping was learnt with, fetched from a hub: whole and as it should be, or not
at all.

fastembed's own download is not used: offline it tries for 40 s, and it takes the full-size model
(90 MB). This is the quantised one (23 MB), the kind that the weights in ``core/pairweights`` were
learnt with; each file's checksum is known beforehand, so it may come from any mirror.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from digest.errors import EmbeddingError

if TYPE_CHECKING:
    import httpx

HUB: Final = "https://huggingface.co"
_STAGING: Final = ".pull-"
_STALE: Final = 24 * 3600.0  # seconds after which what a killed pull left is swept
_WITHOUT: Final = "everything works without it, with stories grouped by words alone"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model: where it is at the hub, what it is called here, what it holds."""

    path: str
    name: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model at a hub, at one revision for good."""

    name: str  # of its folder here
    repository: str
    revision: str
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(file.size for file in self.files)


MINILM: Final = HubModel(
    name="all-MiniLM-L6-v2",
    repository="Xenova/all-MiniLM-L6-v2",
    revision="751bff37182d3f1213fa05d7196b954e230abad9",
    files=(
        ModelFile(
            *("onnx/model_quantized.onnx", "model.onnx", 22_972_370),
            "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1",
        ),
        ModelFile(
            *("tokenizer.json", "tokenizer.json", 711_661),
            "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0",
        ),
        ModelFile(
            *("tokenizer_config.json", "tokenizer_config.json", 366),
            "9261e7d79b44c8195c1cada2b453e55b00aeb81e907a6664974b4d7776172ab3",
        ),
        ModelFile(
            *("special_tokens_map.json", "special_tokens_map.json", 125),
            "b6d346be366a7d1d48332dbc9fdf3bf8960b5d879522b7799ddba59e76237ee3",
        ),
        ModelFile(
            *("config.json", "config.json", 650),
            "7135149f7cffa1a573466c6e4d8423ed73b62fd2332c575bf738a0d033f70df7",
        ),
    ),
)


def fetch(
    model: HubModel,
    folder: Path,
    *,
    hub: str = HUB,
    proxy: str | None = None,
    connect_timeout: float = 4.0,
    read_timeout: float = 20.0,
    advance: Callable[[int], None] = lambda _bytes: None,
) -> None:
    """Put the files of ``model`` into ``folder``, all of them and as they should be, or none.

    ``advance`` is told of the bytes as they come. Raises EmbeddingError, which says what failed;
    what was there before stays then.
    """
    import httpx

    try:
        place = _place(hub)
    except ValueError as error:
        raise _failed("could not be fetched: the hub’s address cannot be read") from error
    try:
        _sweep(folder.parent)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder.parent))
        try:
            timeout = httpx.Timeout(read_timeout, connect=connect_timeout)
            with httpx.Client(
                timeout=timeout,
                trust_env=False,
                proxy=proxy,
                follow_redirects=True,
                headers={"user-agent": "digest", "accept-encoding": "identity"},
            ) as client:
                for file in model.files:
                    path = f"{model.repository}/resolve/{model.revision}/{file.path}"
                    _fetch_file(client, f"{hub.rstrip('/')}/{path}", file, staging, advance)
            try:
                _put(staging, folder)
            except OSError:
                if not holds(folder, model):  # another pull was quicker
                    raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise _failed(f"cannot be written to {folder}: {error.strerror or error}") from error
    except httpx.ConnectError as error:
        raise _failed(f"could not be fetched: {place} cannot be reached") from error
    except httpx.TimeoutException as error:
        raise _failed(f"could not be fetched: {place} does not answer") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _failed(f"could not be fetched: {place} broke off its answer") from error


def holds(folder: Path, model: HubModel) -> bool:
    """Decide whether ``folder`` holds every file of ``model`` as it should be."""
    try:
        return all(
            sha256((folder / file.name).read_bytes()).hexdigest() == file.sha256
            for file in model.files
        )
    except OSError:
        return False


def _fetch_file(
    client: httpx.Client,
    url: str,
    file: ModelFile,
    staging: Path,
    advance: Callable[[int], None],
) -> None:
    held, size = sha256(), 0
    place = _place(url)
    with client.stream("GET", url) as answer, (staging / file.name).open("wb") as out:
        if answer.status_code != 200:
            raise _failed(
                f"could not be fetched: {place} answered {answer.status_code} for {file.path}"
            )
        for chunk in answer.iter_raw():
            size += len(chunk)
            if size > file.size:
                break
            held.update(chunk)
            out.write(chunk)
            advance(len(chunk))
        out.flush()
        os.fsync(out.fileno())
    if held.hexdigest() != file.sha256:
        raise _failed(f"was not kept: {place} gave another {file.path} than it should be")


def _put(staging: Path, folder: Path) -> None:
    """Put the fetched files in the place of what is there."""
    staging.chmod(0o755)  # mkdtemp's are for one user alone
    if not folder.exists():
        staging.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder.parent))
    folder.rename(old / "old")
    staging.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what pulls that were killed left behind, but none that may be under way."""
    for left in folder.glob(f"{_STAGING}*") if folder.is_dir() else ():
        try:
            if time.time() - left.stat().st_mtime > _STALE:
                shutil.rmtree(left, ignore_errors=True)
        except FileNotFoundError:  # the other one was quicker
            continue


def _place(address: str) -> str:
    """Return host and port of an address, without a name and password; raises ValueError."""
    return urlsplit(address).netloc.rpartition("@")[2]


def _failed(what: str) -> EmbeddingError:
    return EmbeddingError(f"the model {what}; {_WITHOUT}")
