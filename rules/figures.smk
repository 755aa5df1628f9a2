# Pictures of the evaluation, as SVG.


rule draw_bars:
    """Models beside controls, with intervals."""
    input:
        comparison="results/evaluation/comparison.json",
    output:
        figure=report(
            "results/evaluation/figures/bars.svg",
            caption="captions/bars.rst",
            category="Evaluation",
            subcategory="All songs",
            labels={"of": "dances", "shows": "comparison"},
        ),
    log:
        "logs/draw_bars.log",
    benchmark:
        "logs/benchmarks/draw_bars.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("evaluate.figures.bars"),
    shell:
        "python -m workflow_scripts.evaluate.figures.bars --comparison {input.comparison:q} --output {output.figure:q}"
        " >{log:q} 2>&1"


rule draw_genres:
    """Measures by genre."""
    input:
        comparison="results/evaluation/comparison.json",
    output:
        figure=report(
            "results/evaluation/figures/genres.svg",
            caption="captions/genres.rst",
            category="Evaluation",
            subcategory="All songs",
            labels={"of": "dances", "shows": "by genre"},
        ),
    log:
        "logs/draw_genres.log",
    benchmark:
        "logs/benchmarks/draw_genres.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("evaluate.figures.genres"),
    shell:
        "python -m workflow_scripts.evaluate.figures.genres --comparison {input.comparison:q} --output {output.figure:q}"
        " >{log:q} 2>&1"


rule draw_phases:
    """Where between two beats dances rest, and captured dances."""
    input:
        measures=lambda wc: [
            f"results/evaluation/dances/{model}/songs/{song}_{sample}.json" for model, song, sample in used_dances()
        ],
        rhythms=lambda wc: [f"results/features/rhythm/songs/{song}.h5" for song in used_songs()],
        datasets=expand("results/datasets/{dataset}.h5", dataset=used_datasets()),
        admitted=ancient("results/admitted/songs.tsv"),
    output:
        figure=report(
            "results/evaluation/figures/phases.svg",
            caption="captions/phases.rst",
            category="Evaluation",
            subcategory="All songs",
            labels={"of": "dances", "shows": "phases"},
        ),
    log:
        "logs/draw_phases.log",
    benchmark:
        "logs/benchmarks/draw_phases.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("evaluate.figures.phases"),
    shell:
        "python -m workflow_scripts.evaluate.figures.phases --measures {input.measures:q} --rhythms {input.rhythms:q}"
        " --datasets {input.datasets:q} --output {output.figure:q} >{log:q} 2>&1"


rule draw_learning:
    """The losses of all networks over their training."""
    input:
        histories=expand("results/models/{model}/history.csv", model=networks()),
    output:
        figure=report(
            "results/evaluation/figures/learning.svg",
            caption="captions/learning.rst",
            category="Training",
            labels={"model": "all", "figure": "loss"},
        ),
    log:
        "logs/draw_learning.log",
    benchmark:
        "logs/benchmarks/draw_learning.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        models=config["use"]["models"],
        code=code("evaluate.figures.learning"),
    shell:
        "python -m workflow_scripts.evaluate.figures.learning --histories {input.histories:q} --models {params.models:q}"
        " --output {output.figure:q} >{log:q} 2>&1"


rule draw_beat_curves:
    """How every model moves over a song, and where it beats."""
    input:
        dances=lambda wc: [f"results/dances/{model}/songs/{wc.item}_0.h5" for model in config["use"]["models"]],
        rhythm="results/features/rhythm/songs/{item}.h5",
        songs=lambda wc: ancient(admission(SONGS)),
    output:
        figure=report(
            "results/evaluation/figures/beats/{item}.svg",
            caption="captions/beats.rst",
            category="Evaluation",
            subcategory="By song",
            labels={"song": "{item}"},
        ),
    log:
        "logs/draw_beat_curves/{item}.log",
    benchmark:
        "logs/benchmarks/draw_beat_curves/{item}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        models=config["use"]["models"],
        title=lambda wc: song_title(wc.item),
        code=code("evaluate.figures.beat_curves"),
    shell:
        "python -m workflow_scripts.evaluate.figures.beat_curves --dances {input.dances:q} --models {params.models:q}"
        " --rhythm {input.rhythm:q} --title={params.title:q} --output {output.figure:q} >{log:q} 2>&1"
