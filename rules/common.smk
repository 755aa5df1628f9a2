# The checked configuration, digests of code and tables, for all files in this folder.
import sys
import time
from functools import lru_cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

from workflow_scripts.workflow.names import ORIGINAL, SONGS, TOGETHER
from workflow_scripts.collect.summary import summary_lines
from workflow_scripts.motion.feature_sets import GROUPS, canonical, groups_of
from workflow_scripts.workflow.config import checked_config
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.failures import failure_lines
from workflow_scripts.workflow.interpreter import use_own_python
from workflow_scripts.workflow.lifeline import announce_run
from workflow_scripts.workflow.provenance import canonical_json, code_digests, digest
from workflow_scripts.workflow.store import announce_store
from workflow_scripts.workflow.tables import read_table

try:
    config = checked_config(config)
    for name, entry in config["datasets"].items():
        entry["feature_set"] = canonical(entry["feature_set"], f"datasets.{name}.feature_set")
        grouping = entry["grouping"]
        entry["grouping"] = grouping if isinstance(grouping, str) else f"{grouping:g}"
    announce_store(config["store"])
except UserError as error:
    raise WorkflowError(str(error))

# Under conda the environment's own python is meant, else the one that runs Snakemake.
if not workflow.deployment_settings.deployment_method:
    use_own_python(Path(workflow.basedir))
announce_run()


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


STARTED = time.time()


def print_failures():
    """Why jobs of this run failed, from their logs."""
    lines = failure_lines(Path("logs"), STARTED)
    print("\n".join(["", *lines] if lines else ["", "No job said why: see the messages above."]), file=sys.stderr)


def print_summary():
    """The last lines of a run: where the dances are, and how much was left out."""
    try:
        print("\n".join(summary_lines(Path("results"), [*used_collections(), SONGS])), file=sys.stderr)
    except UserError as error:
        print(error, file=sys.stderr)
