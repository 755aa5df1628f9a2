"""Entry point: fetch published weights, check them, and keep their tensors only.

    python -m workflow_scripts.pose.fetch_weights --folder weights NAME...

Done already: nothing happens. Else the published file is taken from the folder, if the user has brought it there, or
downloaded. Nothing is unpickled before its SHA-256 begins as its publisher says.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import requests
import torch
from torch import Tensor

from workflow_scripts.pose import weights
from workflow_scripts.pose.checkpoints import LARGEST_FILE, network_tensors
from workflow_scripts.pose.weights import FOLDER, Weights
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_path, sha256_of, temporary_beside, write_json

TIMEOUT_S = (15.0, 60.0)  # to connect; without a byte
_CHUNK = 2**20  # bytes


def fetch(name: str, folder: Path = FOLDER) -> Path:
    """Make sure of `<folder>/<name>.pt` and return it.

    Raises:
        UserError: no network, a file that is not the published one, or one that holds more than data. Then there is no
            such file afterwards, unless it was there and good.
    """
    published, target = weights.WEIGHTS[name], weights.weights_path(name, folder)
    if weights.is_fetched(name, folder):
        return target
    folder.mkdir(parents=True, exist_ok=True)
    brought = folder / published.file
    if brought.is_file():
        _keep(name, brought, target, published, f"Remove {brought}, and fetch or bring it again from {published.url}")
        return target
    # Not `brought` itself: only what is whole and good may have the name of the published file.
    downloaded = temporary_beside(brought)
    try:
        _download(published.url, downloaded, weights.how_to_get([name], folder))
        _keep(name, downloaded, target, published, "The download was thrown away; run the same command again")
    finally:
        downloaded.unlink(missing_ok=True)
    return target


def _download(url: str, target: Path, otherwise: str) -> None:
    size = 0
    try:
        with requests.get(url, stream=True, timeout=TIMEOUT_S, headers={"Accept-Encoding": "identity"}) as answer:
            answer.raise_for_status()
            with target.open("wb") as file:
                for chunk in answer.iter_content(_CHUNK):
                    file.write(chunk)
                    size += len(chunk)
                    if size > LARGEST_FILE:
                        raise UserError(f"{url}: over {LARGEST_FILE // 2**20} MB came, which are not these weights")
    except requests.RequestException as error:
        # Its own text is a chain of Python's objects; the address and the kind of failure are what can be acted on.
        status = error.response.status_code if error.response is not None else None
        reason = f"the server answers {status}" if status else f"{type(error).__name__} after {size} bytes"
        raise UserError(f"{url}: cannot be downloaded ({reason}).\n{otherwise}") from error


def _keep(name: str, original: Path, target: Path, published: Weights, remedy: str) -> None:
    """Check the published file, then write its tensors to `target`, and what they come from beside them."""
    found = sha256_of(original)
    if not found.startswith(published.prefix):
        raise UserError(
            f"{published.file}: not the published file: its SHA-256 should begin with {published.prefix} and is {found}"
            f" ({original.stat().st_size} bytes). {remedy}."
        )
    try:
        tensors = network_tensors(original)
    except UserError as error:
        raise UserError(f"weights {name}: {error}") from error
    target.with_suffix(".json").unlink(missing_ok=True)  # no note is better than that of other tensors
    _write(target, tensors)
    record = {
        "name": name,
        "url": published.url,
        "file": published.file,
        "published_sha256": found,
        "sha256": sha256_of(target),
        "use": published.use,
        "licence": published.licence,
    }
    write_json(target.with_suffix(".json"), record)


def _write(target: Path, tensors: Mapping[str, Tensor]) -> None:
    # Through an open file: `torch.save` puts the name of a file it opens itself into the bytes, and ours is temporary.
    with atomic_path(target) as path, path.open("wb") as file:
        torch.save(dict(tensors), file)


def main() -> None:
    """Fetch the weights that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known = sorted(weights.WEIGHTS)
    parser.add_argument("names", nargs="+", choices=known, metavar="NAME", help=", ".join(known))
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where they are kept (default: %(default)s)")
    arguments = parser.parse_args()
    for name in arguments.names:
        path, published = fetch(name, arguments.folder), weights.WEIGHTS[name]
        print(f"{path}: {published.use}. Licence: {published.licence}.")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
