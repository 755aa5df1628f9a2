# Music features of every clip and song, one file per group of features.


def all_features(wildcards):
    sets = {config["datasets"][dataset]["feature_set"] for dataset in used_datasets()}
    videos = [(collection, video) for collection in used_collections() for video in admitted(collection)]
    songs = [(SONGS, song) for song in used_songs()]
    return sorted({file for item in videos + songs for name in sets for file in feature_files(name, *item)})


rule extract_features:
    input:
        clips="results/clips/{collection}/{video}/clips.tsv",
    output:
        features="results/features/{group}/{collection}/{video}.h5",
    log:
        "logs/extract_features/{group}/{collection}/{video}.log",
    benchmark:
        "logs/benchmarks/extract_features/{group}/{collection}/{video}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        config=lambda wc: canonical_json({"fps": 30}),
        code=lambda wc: code(f"music.{wc.group}", "music.extract"),
    shell:
        "{python:q} -m workflow_scripts.music.extract --group {wildcards.group} --clips {input.clips:q}"
        " --config {params.config:q} --output {output.features:q} >{log:q} 2>&1"
