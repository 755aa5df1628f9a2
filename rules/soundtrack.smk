# From dances to sound: what soundtrack models learn from, and the sounds they make.


rule gather_sound:
    """The sound of every clip of a dataset."""
    input:
        dataset="results/datasets/{dataset}.h5",
        clips=lambda wc: [
            f"results/clips/{collection}/{video}/clips.tsv"
            for collection, video in videos_of(config["datasets"][wc.dataset]["collections"])
        ],
    output:
        sounds="results/sounds/{dataset}/{rate}.h5",
    log:
        "logs/gather_sound/{dataset}/{rate}.log",
    benchmark:
        "logs/benchmarks/gather_sound/{dataset}/{rate}.tsv"
    wildcard_constraints:
        rate=r"native|\d+",
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("soundtrack.gather_sound"),
    shell:
        "python -m workflow_scripts.soundtrack.gather_sound --dataset {input.dataset:q} --clips results/clips"
        " --rate {wildcards.rate} --output {output.sounds:q} >{log:q} 2>&1"


rule gather_pictures:
    """Small pictures of every clip of a dataset, for models that look at the video."""
    input:
        dataset="results/datasets/{dataset}.h5",
        clips=lambda wc: [
            f"results/clips/{collection}/{video}/clips.tsv"
            for collection, video in videos_of(config["datasets"][wc.dataset]["collections"])
        ],
    output:
        pictures="results/pictures/{dataset}.h5",
    log:
        "logs/gather_pictures/{dataset}.log",
    benchmark:
        "logs/benchmarks/gather_pictures/{dataset}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        code=code("soundtrack.gather_pictures"),
    shell:
        "python -m workflow_scripts.soundtrack.gather_pictures --dataset {input.dataset:q} --clips results/clips"
        " --output {output.pictures:q} >{log:q} 2>&1"


rule train_wavenet:
    input:
        dataset=dataset_of,
        sounds=sounds_of,
        pictures=pictures_of,
    output:
        checkpoint="results/models/{model}/checkpoint.ckpt",
        description="results/models/{model}/model.json",
        history="results/models/{model}/history.csv",
        loss=report(
            "results/models/{model}/loss.svg",
            caption="captions/loss.rst",
            category="Training",
            labels={"model": "{model}", "figure": "loss"},
        ),
    log:
        "logs/train_wavenet/{model}.log",
    benchmark:
        "logs/benchmarks/train_wavenet/{model}.tsv"
    wildcard_constraints:
        model=models_of("wavenet"),
    conda:
        "../envs/playlist2dance.yaml"
    threads: train_threads
    resources:
        mem_mb=6000,
        runtime=720,
        gpu=train_gpus,
    params:
        config=soundtrack_model_config,
        code=soundtrack_model_code,
        pictures=lambda wc, input: f"--pictures {input.pictures}" if input.pictures else "",
    shell:
        "python -m workflow_scripts.train.fit_soundtrack --dataset {input.dataset:q} --sounds {input.sounds:q}"
        " {params.pictures} --config {params.config:q} --threads {threads} --output results/models/{wildcards.model}"
        " --state results/state/{wildcards.model} --tensorboard logs/tensorboard/{wildcards.model} >{log:q} 2>&1"


rule build_soundtrack_retrieval:
    input:
        dataset=dataset_of,
        sounds=sounds_of,
    output:
        checkpoint="results/models/{model}/checkpoint.ckpt",
        description="results/models/{model}/model.json",
    log:
        "logs/build_soundtrack_retrieval/{model}.log",
    benchmark:
        "logs/benchmarks/build_soundtrack_retrieval/{model}.tsv"
    wildcard_constraints:
        model=models_of("soundtrack_retrieval"),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        config=soundtrack_model_config,
        code=soundtrack_model_code,
    shell:
        "python -m workflow_scripts.train.fit_soundtrack --dataset {input.dataset:q} --sounds {input.sounds:q}"
        " --config {params.config:q} --threads {threads} --output results/models/{wildcards.model}"
        " --state results/state/{wildcards.model} >{log:q} 2>&1"


checkpoint list_soundtracks:
    """What a model makes sound for: which clips have a dancer is known once their poses are."""
    input:
        dataset=dataset_of,
        poses=sounding_poses,
        singles=sounding_singles,
        songs=lambda wc: [ancient(admission(SONGS))] if sounding_dances(wc) else [],
    output:
        table="results/soundtracks/{model}/items.tsv",
    log:
        "logs/list_soundtracks/{model}.log",
    benchmark:
        "logs/benchmarks/list_soundtracks/{model}.tsv"
    wildcard_constraints:
        model=sound_models(),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        splits=sounding_splits(),
        clips=[f"results/poses/{place}:{clip}" for place, clip in sounding_clips()],
        # Their names alone: where a dance could not be made, the others get their sounds.
        dances=lambda wc: all_dances(wc) if sounding_dances(wc) else [],
        samples=config["soundtrack"]["samples"],
        code=code("soundtrack.list_items"),
    shell:
        "python -m workflow_scripts.soundtrack.list_items --dataset {input.dataset:q} --splits {params.splits:q}"
        " --poses {input.poses:q} --clips {params.clips:q} --dances {params.dances:q} --samples {params.samples}"
        " --output {output.table:q} >{log:q} 2>&1"


rule generate_soundtrack:
    """A sound for a clip of a video, or of a collection of motion."""
    input:
        checkpoint="results/models/{model}/checkpoint.ckpt",
        description="results/models/{model}/model.json",
        poses="results/poses/{set}/{video}.h5",
        # Of it, only the genre counts, which is a parameter.
        admitted=lambda wc: ancient(admission(wc.set)),
        clips=lambda wc: f"results/clips/{wc.set}/{wc.video}/clips.tsv" if looks_at_video(wc) else [],
        sounds=sounds_at_hand,
    output:
        sound="results/soundtracks/{model}/{set}/{video}.{clip}_{sample}.wav",
    log:
        "logs/generate_soundtrack/{model}/{set}/{video}.{clip}_{sample}.log",
    benchmark:
        "logs/benchmarks/generate_soundtrack/{model}/{set}/{video}.{clip}_{sample}.tsv"
    wildcard_constraints:
        model=sound_models(),
        set="|".join(config["collections"]) or "(?!)",
        clip=r"\d{4}",
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        config=soundtrack_config,
        genre=genre_of_video,
        sounds=lambda wc, input: f"--sounds {input.sounds}" if input.sounds else "",
        video=lambda wc: f"--video results/clips/{wc.set}/{wc.video}/{wc.clip}.mp4" if looks_at_video(wc) else "",
        code=soundtrack_code,
    shell:
        "python -m workflow_scripts.soundtrack.generate --model results/models/{wildcards.model}"
        " --poses {input.poses:q} --clip {wildcards.clip} {params.video} --genre={params.genre:q} {params.sounds}"
        " --threads {threads} --config {params.config:q} --output {output.sound:q} >{log:q} 2>&1"


rule generate_soundtrack_of_dance:
    """Music, dance, music: a sound for a generated dance."""
    input:
        checkpoint="results/models/{model}/checkpoint.ckpt",
        description="results/models/{model}/model.json",
        dance="results/dances/{dancer}/songs/{song}_{sample}.h5",
        sounds=sounds_at_hand,
    output:
        sound="results/soundtracks/{model}/songs/{song}.{dancer}_{sample}.wav",
    log:
        "logs/generate_soundtrack_of_dance/{model}/{song}.{dancer}_{sample}.log",
    benchmark:
        "logs/benchmarks/generate_soundtrack_of_dance/{model}/{song}.{dancer}_{sample}.tsv"
    wildcard_constraints:
        model=sound_models(),
        dancer=dance_models(),
        song="[A-Za-z0-9_-]{1,40}",
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        config=soundtrack_config,
        sounds=lambda wc, input: f"--sounds {input.sounds}" if input.sounds else "",
        code=soundtrack_code,
    shell:
        "python -m workflow_scripts.soundtrack.generate --model results/models/{wildcards.model}"
        " --poses {input.dance:q} --clip 0000 {params.sounds} --threads {threads}"
        " --config {params.config:q} --output {output.sound:q} >{log:q} 2>&1"
