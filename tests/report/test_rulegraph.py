"""The rules behind a file, as Snakemake itself plans them."""

import subprocess
import sys
from pathlib import Path

from workflow_scripts.report.rulegraph import read_rules

# What `join` is made from is known once the checkpoint has run; `unrelated` is no part of the page.
SNAKEFILE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from workflow_scripts.report.rulegraph import planned_rules

rule both:
    input: "page.json", "unrelated"

rule page:
    input: "all"
    output: "page.json"
    localrule: True
    params: rules=lambda wildcards, input, output: planned_rules(workflow.dag, output)
    shell: "echo {{params.rules:q}} >{{output:q}}"

def listed(wildcards):
    with checkpoints.enumerate.get().output[0].open() as names:
        return [f"{{name}}.part" for name in names.read().split()]

rule join:
    input: listed
    output: "all"
    shell: "cat {{input:q}} >{{output:q}}"

checkpoint enumerate:
    output: "names"
    shell: "echo one two three >{{output:q}}"

rule part:
    output: "{{name}}.part"
    shell: "echo {{wildcards.name}} >{{output:q}}"

rule unrelated:
    output: "unrelated"
    shell: "touch {{output:q}}"
"""


def snakemake(folder: Path, *arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("snakemake")), "--directory", str(folder), "--cores", "1"]
    done = subprocess.run([*command, *arguments], cwd=folder, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_plan_after_checkpoints_is_read_and_a_changed_plan_makes_nothing_again(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    snakemake(tmp_path, "both")
    graph = read_rules((tmp_path / "page.json").read_text())
    assert graph.edges == [("join", "page"), ("part", "join")]
    assert graph.counts == {"page": 1, "join": 1, "part": 3}
    assert graph.stages == dict.fromkeys(graph.counts, "Snakefile")
    assert "Nothing to be done" in snakemake(tmp_path, "--dry-run", "page.json")
    # Jobs that were done in an earlier run are part of the graph too.
    (tmp_path / "page.json").unlink()
    snakemake(tmp_path, "page.json")
    assert read_rules((tmp_path / "page.json").read_text()) == graph
