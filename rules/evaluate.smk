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
        mem_mb=1500,
        runtime=10,
    params:
        code=code("evaluate.one_dance"),
    shell:
        "python -m workflow_scripts.evaluate.one_dance --dance {input.dance:q} --rhythm {input.rhythm:q}"
        " --output {output.measures:q} >{log:q} 2>&1"


rule measure_reference:
    """A dataset's training motion in numbers: what its models and controls are compared with."""
    input:
        dataset="results/datasets/{dataset}.h5",
    output:
        reference="results/evaluation/reference/{dataset}.h5",
    log:
        "logs/measure_reference/{dataset}.log",
    benchmark:
        "logs/benchmarks/measure_reference/{dataset}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        code=code("evaluate.reference"),
    shell:
        "python -m workflow_scripts.evaluate.reference --dataset {input.dataset:q} --output {output.reference:q}"
        " >{log:q} 2>&1"


rule measure_controls:
    """Captured dances, the same with other songs, and motions that hear nothing: measured as dances are."""
    input:
        dataset="results/datasets/{dataset}.h5",
        reference="results/evaluation/reference/{dataset}.h5",
        rhythms=lambda wc: [f"results/features/rhythm/songs/{song}.h5" for song in used_songs()],
        beats=lambda wc: [f"results/evaluation/beats/{song}.json" for song in used_songs()],
        admitted=ancient("results/admitted/songs.tsv"),
    output:
        controls="results/evaluation/controls/{dataset}.json",
    log:
        "logs/measure_controls/{dataset}.log",
    benchmark:
        "logs/benchmarks/measure_controls/{dataset}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        config=canonical_json({key: config["generate"][key] for key in ("seed", "samples")}),
        code=code("evaluate.measure_controls"),
    shell:
        "python -m workflow_scripts.evaluate.measure_controls --dataset {input.dataset:q} --reference {input.reference:q}"
        " --rhythms {input.rhythms:q} --beats {input.beats:q} --config {params.config:q} --output {output.controls:q}"
        " >{log:q} 2>&1"


rule evaluate_model:
    """Measures of a model's dances, each of which was measured by itself before."""
    input:
        description="results/models/{model}/model.json",
        dances=dances_of,
        measures=measures_of,
        rhythms=lambda wc: [f"results/features/rhythm/songs/{song}.h5" for song in used_songs()],
        beats=lambda wc: [f"results/evaluation/beats/{song}.json" for song in used_songs()],
        reference=reference_of,
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
        config=canonical_json({"seed": config["generate"]["seed"]}),
        code=code("evaluate.model"),
    shell:
        "python -m workflow_scripts.evaluate.model --model results/models/{wildcards.model} --dances {input.dances:q}"
        " --measures {input.measures:q} --rhythms {input.rhythms:q} --beats {input.beats:q}"
        " --reference {input.reference:q} --config {params.config:q} --output {output.evaluation:q} >{log:q} 2>&1"


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
        evaluations=lambda wc: [f"results/evaluation/{model}.json" for model in compared_models()],
        controls=expand("results/evaluation/controls/{dataset}.json", dataset=used_datasets()),
    output:
        csv=report(
            "results/evaluation/comparison.csv",
            caption="captions/comparison.rst",
            category="Evaluation",
            subcategory="All songs",
            labels={"of": "dances", "shows": "comparison (table)"},
        ),
        json="results/evaluation/comparison.json",
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
        "python -m workflow_scripts.evaluate.compare --evaluations {input.evaluations:q} --controls {input.controls:q}"
        " --csv {output.csv:q} --json {output.json:q} >{log:q} 2>&1"


rule compare_held_out:
    input:
        held_out=lambda wc: [f"results/evaluation/held_out/{model}.json" for model in compared_models()],
    output:
        table="results/evaluation/held_out.csv",
    log:
        "logs/compare_held_out.log",
    benchmark:
        "logs/benchmarks/compare_held_out.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("evaluate.compare_held_out"),
    shell:
        "python -m workflow_scripts.evaluate.compare_held_out --held-out {input.held_out:q} --output {output.table:q}"
        " >{log:q} 2>&1"


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
        comparison=report(
            "results/evaluation/soundtracks.csv",
            caption="captions/soundtracks.rst",
            category="Evaluation",
            subcategory="All songs",
            labels={"of": "soundtracks", "shows": "comparison (table)"},
        ),
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


rule track_aistpp_beats:
    """The music beats that the AIST++ protocol is defined with."""
    input:
        clips="results/clips/songs/{item}/clips.tsv",
    output:
        beats="results/evaluation/aistpp_beats/{item}.json",
    log:
        "logs/track_aistpp_beats/{item}.log",
    benchmark:
        "logs/benchmarks/track_aistpp_beats/{item}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        sound=lambda wc: f"results/clips/songs/{wc.item}/0000.wav",
        code=code("evaluate.aistpp.music_beats"),
    shell:
        "python -m workflow_scripts.evaluate.aistpp.music_beats --sound {params.sound:q} --output {output.beats:q}"
        " >{log:q} 2>&1"


rule evaluate_aistpp:
    """The columns of the table that papers print for AIST++."""
    input:
        dances=aistpp_dances,
        beats=lambda wc: [f"results/evaluation/aistpp_beats/{song}.json" for song in used_songs()],
        dataset=lambda wc: [f"results/datasets/{dataset}.h5" for dataset in used_datasets()[:1]],
        admitted=ancient("results/admitted/songs.tsv"),
    output:
        table="results/evaluation/aistpp.csv",
        details="results/evaluation/aistpp_details.json",
    log:
        "logs/evaluate_aistpp.log",
    benchmark:
        "logs/benchmarks/evaluate_aistpp.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        places=lambda wc: aistpp_places(),
        # The data set and the joints are read where they lie.
        contents=lambda wc: aistpp_contents(),
        models=config["use"]["models"],
        dataset=lambda wc, input: ["--dataset", *input.dataset] if input.dataset else [],
        config=canonical_json({"seed": config["generate"]["seed"]}),
        code=code("evaluate.aistpp_protocol"),
    shell:
        "python -m workflow_scripts.evaluate.aistpp_protocol {params.places:q} --models {params.models:q}"
        " --dances results/dances --beats {input.beats:q} {params.dataset:q} --config {params.config:q}"
        " --output {output.table:q} --details {output.details:q} >{log:q} 2>&1"
