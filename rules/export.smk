# Dances as files for other programs.
import re

from workflow_scripts.export.kinds import SUFFIXES, kind_of_suffix

EXPORT_SUFFIXES = {**SUFFIXES, "html": "html"}


def all_exports(wildcards):
    """Every dance that takes part in every form that is asked for."""
    return [
        f"results/exports/{model}/songs/{song}_{sample}.{EXPORT_SUFFIXES[kind]}"
        for model, song, sample in used_dances()
        for kind in config["export"]["formats"]
    ]


rule export_dance:
    """One form of one dance: what is asked for alone is made alone, and what changes in one form makes no other again."""
    input:
        dance="results/dances/{model}/songs/{item}_{sample}.h5",
    output:
        file="results/exports/{model}/songs/{item}_{sample}.{suffix}",
    log:
        "logs/export_dance/{model}/{item}_{sample}.{suffix}.log",
    benchmark:
        "logs/benchmarks/export_dance/{model}/{item}_{sample}.{suffix}.tsv"
    wildcard_constraints:
        model=dance_models(),
        suffix="|".join(re.escape(suffix) for suffix in SUFFIXES.values()),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    params:
        kind=lambda wc: kind_of_suffix(wc.suffix),
        code=lambda wc: code("export.dance", f"export.{kind_of_suffix(wc.suffix)}"),
    shell:
        "python -m workflow_scripts.export.dance {input.dance:q} {output.file:q} --format {params.kind} --heal"
        " >{log:q} 2>&1"
