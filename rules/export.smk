# Dances as files for other programs.
import re

from workflow_scripts.export.kinds import SUFFIXES, kind_of_suffix


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
        mem_mb=2500,
        runtime=20,
    params:
        kind=lambda wc: kind_of_suffix(wc.suffix),
        code=lambda wc: code("export.dance", f"export.{kind_of_suffix(wc.suffix)}"),
    shell:
        "python -m workflow_scripts.export.dance {input.dance:q} {output.file:q} --format {params.kind} --heal"
        " >{log:q} 2>&1"


rule export_viewer:
    """The page that shows a dance, and those of the other models to the same song, in three dimensions."""
    input:
        dances=dances_of_page,
        clips="results/clips/songs/{item}/clips.tsv",
        rhythm="results/features/rhythm/songs/{item}.h5",
        songs=lambda wc: ancient(admission(SONGS)),
    output:
        page="results/exports/{model}/songs/{item}_{sample}.html",
    log:
        "logs/export_viewer/{model}/{item}_{sample}.log",
    benchmark:
        "logs/benchmarks/export_viewer/{model}/{item}_{sample}.tsv"
    wildcard_constraints:
        model=dance_models(),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=30,
    params:
        audio=lambda wc: f"results/clips/songs/{wc.item}/0000.wav",
        first=lambda wc: f"results/dances/{wc.model}/songs/{wc.item}_{wc.sample}.h5",
        title=lambda wc: song_title(wc.item),
        page=page_sources(),
        code=code("export.viewer.write"),
    shell:
        "python -m workflow_scripts.export.viewer.write {input.dances:q} --first {params.first:q}"
        " --audio {params.audio:q} --rhythm {input.rhythm:q} --title={params.title:q} --heal --output {output.page:q}"
        " >{log:q} 2>&1"
