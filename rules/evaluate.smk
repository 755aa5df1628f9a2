# Metrics beside their controls: of every model's dances, and of the demo corpus against its known truth.


rule track_beats_again:
    """A second tracker's beats of a song, for scores that do not rest on the beats the dances were made with."""
    input:
        clips="results/clips/songs/{item}/clips.tsv",
    output:
        beats="results/evaluation/beats/{item}.json",
    log:
        "logs/track_beats_again/{item}.log",
    benchmark:
        "logs/benchmarks/track_beats_again/{item}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        sound=lambda wc: f"results/clips/songs/{wc.item}/0000.wav",
        code=code("evaluate.beats_again"),
    shell:
        "python -m workflow_scripts.evaluate.beats_again --sound {params.sound:q} --output {output.beats:q}"
        " >{log:q} 2>&1"


rule measure_dance:
    """What the gallery says of a dance: by itself, so that another song or model measures nothing again."""
    input:
        dance="results/dances/{model}/songs/{item}_{sample}.h5",
        rhythm="results/features/rhythm/songs/{item}.h5",
    output:
        measures="results/evaluation/dances/{model}/songs/{item}_{sample}.json",
    log:
        "logs/measure_dance/{model}/{item}_{sample}.log",
    benchmark:
        "logs/benchmarks/measure_dance/{model}/{item}_{sample}.tsv"
    wildcard_constraints:
        model=dance_models(),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("evaluate.one_dance"),
    shell:
        "python -m workflow_scripts.evaluate.one_dance --dance {input.dance:q} --rhythm {input.rhythm:q}"
        " --output {output.measures:q} >{log:q} 2>&1"


rule evaluate_model:
    input:
        description="results/models/{model}/model.json",
        dances=dances_of,
        rhythms=lambda wc: [f"results/features/rhythm/songs/{song}.h5" for song in used_songs()],
        beats=lambda wc: [f"results/evaluation/beats/{song}.json" for song in used_songs()],
        dataset=dataset_of,
        admitted=ancient("results/admitted/songs.tsv"),
    output:
        evaluation="results/evaluation/{model}.json",
    log:
        "logs/evaluate_model/{model}.log",
    benchmark:
        "logs/benchmarks/evaluate_model/{model}.tsv"
    wildcard_constraints:
        model=dance_models(),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        config=lambda wc: canonical_json({"seed": config["generate"]["seed"]}),
        code=code("evaluate.model"),
    shell:
        "python -m workflow_scripts.evaluate.model --model results/models/{wildcards.model}"
        " --dances {input.dances:q} --rhythms {input.rhythms:q} --beats {input.beats:q} --dataset {input.dataset:q}"
        " --config {params.config:q} --output {output.evaluation:q} >{log:q} 2>&1"


rule evaluate_held_out:
    """A model's dances to songs that were kept from it, against the dances that were captured to them."""
    input:
        checkpoint="results/models/{model}/checkpoint.ckpt",
        description="results/models/{model}/model.json",
        dataset=dataset_of,
    output:
        evaluation="results/evaluation/held_out/{model}.json",
    log:
        "logs/evaluate_held_out/{model}.log",
    benchmark:
        "logs/benchmarks/evaluate_held_out/{model}.tsv"
    wildcard_constraints:
        model=dance_models(),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        config=held_out_config,
        code=lambda wc: code("evaluate.held_out", f"models.{config['models'][wc.model]['architecture']}.model"),
    shell:
        "python -m workflow_scripts.evaluate.held_out --model results/models/{wildcards.model}"
        " --dataset {input.dataset:q} --config {params.config:q} --output {output.evaluation:q} >{log:q} 2>&1"


rule compare_models:
    input:
        evaluations=expand("results/evaluation/{model}.json", model=config["use"]["models"]),
    output:
        comparison="results/evaluation/comparison.csv",
    log:
        "logs/compare_models.log",
    benchmark:
        "logs/benchmarks/compare_models.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("evaluate.compare"),
    shell:
        "python -m workflow_scripts.evaluate.compare --evaluations {input.evaluations:q}"
        " --output {output.comparison:q} >{log:q} 2>&1"


rule evaluate_demo:
    """Poses and beats of the demo corpus against the truth that was written beside its videos."""
    input:
        poses=lambda wc: [f"results/poses/{name}/{video}.h5" for name, video in demo_videos(wc)],
        rhythms=lambda wc: [f"results/features/rhythm/{name}/{video}.h5" for name, video in demo_videos(wc)],
        statuses=lambda wc: [f"results/videos/{name}/{video}.json" for name, video in demo_videos(wc)],
    output:
        evaluation="results/evaluation/demo.json",
    log:
        "logs/evaluate_demo.log",
    benchmark:
        "logs/benchmarks/evaluate_demo.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        truths=lambda wc: [f"results/videos/{name}/{video}.truth.h5" for name, video in demo_videos(wc)],
        # The truth is no declared file: it follows the code that writes it.
        code=code("evaluate.demo", "demo.world"),
    shell:
        "python -m workflow_scripts.evaluate.demo --poses {input.poses:q} --truths {params.truths:q}"
        " --rhythm {input.rhythms:q} --output {output.evaluation:q} >{log:q} 2>&1"


rule evaluate_soundtracks:
    """Scores of a model's sounds beside their controls."""
    input:
        description="results/models/{model}/model.json",
        table="results/soundtracks/{model}/items.tsv",
        sounds=sounds_made,
    output:
        evaluation="results/evaluation/{model}.json",
    log:
        "logs/evaluate_soundtracks/{model}.log",
    benchmark:
        "logs/benchmarks/evaluate_soundtracks/{model}.tsv"
    wildcard_constraints:
        model=sound_models(),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=120,
    params:
        config=canonical_json({"seed": config["soundtrack"]["seed"]}),
        code=code("evaluate.soundtrack_model"),
    shell:
        "python -m workflow_scripts.evaluate.soundtrack_model --model results/models/{wildcards.model}"
        " --items {input.table:q} --results results --config {params.config:q} --output {output.evaluation:q} >{log:q} 2>&1"


rule compare_soundtracks:
    input:
        evaluations=expand("results/evaluation/{model}.json", model=config["use"]["soundtracks"]),
    output:
        comparison="results/evaluation/soundtracks.csv",
    log:
        "logs/compare_soundtracks.log",
    benchmark:
        "logs/benchmarks/compare_soundtracks.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("evaluate.compare_soundtracks"),
    shell:
        "python -m workflow_scripts.evaluate.compare_soundtracks --evaluations {input.evaluations:q}"
        " --output {output.comparison:q} >{log:q} 2>&1"
