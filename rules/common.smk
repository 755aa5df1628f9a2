# What all rule files share: the checked configuration, names that may appear in paths, code digests, lists of items.
import json
import sys
from functools import lru_cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

from workflow_scripts.motion.feature_sets import groups_of
from workflow_scripts.workflow.config import checked_config
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.provenance import canonical_json, code_digests
from workflow_scripts.workflow.tables import read_table

try:
    config = checked_config(config)
except UserError as error:
    raise WorkflowError(str(error))

# An unactivated .venv/bin/snakemake has no `python` on its path. Not a parameter of the rules: moving the project
# must not make anything stale. Under conda the environment's own python is meant.
python = "python" if workflow.deployment_settings.deployment_method else sys.executable
SONGS = "songs"


wildcard_constraints:
    collection="[A-Za-z0-9_-]+",
    video="[A-Za-z0-9_-]{1,40}",
    group="[a-z]+",
    dataset="[A-Za-z0-9_-]+",
    model="[A-Za-z0-9_-]+",
    set="[A-Za-z0-9_-]+",
    item="[A-Za-z0-9_.-]+",
    sample=r"\d+",


@lru_cache(maxsize=None)
def code(*modules):
    """Digests of the modules (of workflow_scripts) and all they import, as one parameter of a rule."""
    digests = code_digests(*(f"workflow_scripts.{module}" for module in modules))
    return canonical_json({name.removeprefix("workflow_scripts."): value for name, value in digests.items()})


@lru_cache(maxsize=None)
def _table(path, columns, modified):
    return read_table(Path(path), columns)


def table(path, *columns):
    """The rows of a TSV between stages, read once as long as the file stays the same."""
    return _table(str(path), columns, Path(path).stat().st_mtime_ns)


def listed(collection):
    """The rows of a collection's playlist. Waits for the listing."""
    path = checkpoints.list_collection.get(collection=collection).output[0]
    return table(path, "id", "url", "title", "genre", "start", "end", "split", "digest")


def row_of(wildcards):
    """The playlist's row of one video."""
    for row in listed(wildcards.collection):
        if row["id"] == wildcards.video:
            return row
    known = ", ".join(row["id"] for row in listed(wildcards.collection)[:5])
    raise WorkflowError(f"{wildcards.collection} has no video {wildcards.video!r}; its first ones are: {known}")


def admitted(collection):
    """The ids of a collection's good videos. Waits for all of its downloads."""
    path = checkpoints.admit.get(collection=collection).output[0]
    return [row["id"] for row in table(path, "id", "verdict") if row["verdict"] == "ok"]


def used_songs():
    """The ids of the songs to dance to: the good ones that `use.songs` selects."""
    chosen, good = config["use"]["songs"], admitted(SONGS)
    if chosen == "all":
        return good
    known = [row["id"] for row in listed(SONGS)]
    if unknown := [name for name in chosen if name not in known]:
        raise WorkflowError(f"use.songs: there is no song {unknown[0]!r}; the songs are: {', '.join(known)}")
    return [name for name in chosen if name in good]


def used_datasets():
    return sorted({config["models"][model]["dataset"] for model in config["use"]["models"]})


def used_collections():
    """The collections that some dataset of a used model is made of."""
    names = {name for dataset in used_datasets() for name in config["datasets"][dataset]["collections"]}
    return sorted(names | set(config["use"]["collections"]))


def uses_demo():
    return any(config["collections"][name]["source"] == "demo" for name in used_collections())


def feature_files(feature_set, collection, video):
    return [f"results/features/{group}/{collection}/{video}.h5" for group in groups_of(feature_set)]


def print_summary():
    """The last lines of a run: where the dances are, and how much was left out."""
    from workflow_scripts.collect.summary import summary_lines

    print("\n".join(summary_lines(Path("results"))), file=sys.stderr)
