"""Files of results/ that nothing in the configuration uses any more: they stay until the user removes them."""

import argparse
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import is_abandoned
from workflow_scripts.workflow.names import ORIGINAL, SONGS, TOGETHER
from workflow_scripts.workflow.tables import read_table

# Folders of {collection}/{video}..., and folders of {model}/{set}/{item}_{sample}...
BY_VIDEO = ("videos", "clips", "poses", "fingerprints")
BY_DANCE = ("dances", "soundtracks", "renders", "exports", "evaluation/dances")
# What evaluation writes beside the models' own files, and the protocol of AIST++.
EVALUATION = ("comparison", "soundtracks", "demo", "beats", "dances", "controls", "reference", "figures", "held_out")
AISTPP = ("aistpp", "aistpp_details", "aistpp_beats")
# <song>, <song>.<model that danced> or <video>.<clip>, each with the number of a variant.
_ITEM = re.compile(r"(?P<name>[A-Za-z0-9_-]+?)(\.(?P<more>[A-Za-z0-9_-]+?))?_(?P<sample>\d+)(\.\w+)+")


@dataclass(frozen=True)
class Unused:
    """A file or folder, its size in bytes, and why nothing uses it."""

    path: Path
    size: int
    reason: str


def unused(
    results: Path,
    collections: Iterable[str],
    models: Collection[str],
    datasets: Collection[str],
    samples: int,
    sound_samples: int,
    together: bool,
    export_suffixes: Collection[str],
) -> list[Unused]:
    """Return what no configured collection, song or model uses, in order of the paths.

    Args:
        results: the folder.
        collections: names of the configured collections. The playlists in `results` say what belongs to each; one
            that has not been listed yet keeps everything.
        models, datasets: names of the configured ones.
        samples: number of variants of each dance.
        sound_samples: number of variants of each clip's sound.
        together: whether videos of all models' dances side by side are asked for.
        export_suffixes: how the exported files end that are asked for, without the first dot.
    """
    known = {name: _listed(results, name) for name in (*collections, SONGS)}
    found: list[tuple[Path, str]] = []
    for folder in [*(results / name for name in BY_VIDEO), *_folders(results / "features")]:
        found += _strange_videos(folder, known)
    for name in BY_DANCE:
        found += _strange_items(results / name, models, known, {SONGS: samples}, sound_samples)
    beside = results / "renders" / TOGETHER
    if not together and TOGETHER not in models and beside.is_dir():
        found = [(path, reason) for path, reason in found if beside not in path.parents]
        found.append((beside, "render.together is false"))
    found += _strange_forms(results / "exports", export_suffixes, {path for path, _ in found})
    for name, stems in (
        ("models", set(models)),
        ("state", {*models, *(f"{model}-poses" for model in models)}),
        ("datasets", set(datasets)),
        ("sounds", set(datasets)),
        ("pictures", set(datasets)),
        ("songs", set(datasets)),
        ("playlists", set(known)),
        ("admitted", set(known)),
        ("evaluation", {*models, *EVALUATION, *AISTPP}),
        ("evaluation/held_out", set(models)),
        ("evaluation/controls", set(datasets)),
        ("evaluation/reference", set(datasets)),
        ("abx_clips", set(models)),
    ):
        for path in _visible(results / name):
            if path.name.split(".")[0] not in stems:
                found.append((path, f"no such name in the configuration: {path.name.split('.')[0]}"))
    found += [(path, "parts of downloads that broke off") for path in results.glob("videos/*/.partial/*")]
    found += [(path, "left by a process that was killed") for path in _abandoned(results)]
    return [Unused(path, _size(path), reason) for path, reason in sorted(found)]


def _listed(results: Path, collection: str) -> set[str] | None:
    playlist = results / "playlists" / f"{collection}.tsv"
    return {row["id"] for row in read_table(playlist, ("id",))} if playlist.exists() else None


def _strange_videos(folder: Path, known: Mapping[str, set[str] | None]) -> Iterator[tuple[Path, str]]:
    for collection in _folders(folder):
        if collection.name not in known:
            yield collection, f"no collection {collection.name} in the configuration"
            continue
        ids = known[collection.name]
        for path in _visible(collection):
            if ids is not None and path.name.split(".")[0] not in ids:
                yield path, f"no longer listed by {collection.name}"


def _strange_items(
    folder: Path,
    models: Collection[str],
    known: Mapping[str, set[str] | None],
    samples: Mapping[str, int],
    sound_samples: int,
) -> Iterator[tuple[Path, str]]:
    for model in _folders(folder):
        if model.name not in (*models, ORIGINAL, TOGETHER):
            yield model, f"no model {model.name} in the configuration"
            continue
        for kind in _folders(model):
            if kind.name not in known:
                yield kind, f"no collection {kind.name} in the configuration"
                continue
            ids, most = known[kind.name], samples.get(kind.name, sound_samples)
            for path in _visible(kind):
                item = _ITEM.fullmatch(path.name)
                if item is None or (ids is not None and item["name"] not in ids):
                    yield (
                        path,
                        "no longer a song to dance to" if kind.name == SONGS else f"no longer listed by {kind.name}",
                    )
                elif kind.name == SONGS and item["more"] and item["more"] not in models:
                    yield path, f"no model {item['more']} in the configuration"
                elif int(item["sample"]) >= most:
                    yield path, f"{'generate' if kind.name == SONGS else 'soundtrack'}.samples is {most}"


def _strange_forms(folder: Path, suffixes: Collection[str], named: Collection[Path]) -> Iterator[tuple[Path, str]]:
    for model in _folders(folder):
        for kind in _folders(model):
            for path in _visible(kind):
                item = _ITEM.fullmatch(path.name)
                if item is None or {path, kind, model} & set(named):
                    continue
                if path.name[item.end("sample") + 1 :] not in suffixes:
                    yield path, "no longer one of export.formats"


def _abandoned(results: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(results):
        for name in [*folders, *files]:
            if is_abandoned(name):
                yield Path(parent, name)
        folders[:] = [name for name in folders if not is_abandoned(name)]


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []


def _folders(folder: Path) -> list[Path]:
    return [path for path in _visible(folder) if path.is_dir()]


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(item.lstat().st_size for item in path.rglob("*"))
    return path.lstat().st_size


def lines(found: list[Unused]) -> list[str]:
    """Return what to print: one line each (size, path, reason) and the sum."""
    if not found:
        return ["nothing is unused"]
    body = [f"{item.size / 1e6:10.2f} MB  {item.path}  ({item.reason})" for item in found]
    total = sum(item.size for item in found) / 1e6
    return [*body, f"{total:10.2f} MB  in all; nothing was removed: delete what you do not want to keep"]


def main() -> None:
    """Print what nothing uses."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--config", type=json.loads, required=True, help="JSON: the other arguments of `unused`")
    arguments = parser.parse_args()
    config: dict[str, Any] = arguments.config
    found = unused(arguments.results, **config)
    print("\n".join(lines(found)))  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
