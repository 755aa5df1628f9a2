# Aligned windows of motion and music, split by video and song.


rule group_songs:
    """Which videos of a dataset have the same song, whatever their titles say: they go to one side of the split."""
    input:
        fingerprints=lambda wc: fingerprints_of(config["datasets"][wc.dataset]["collections"]),
        admitted=dataset_admitted,
    output:
        songs="results/songs/{dataset}.tsv",
    log:
        "logs/group_songs/{dataset}.log",
    benchmark:
        "logs/benchmarks/group_songs/{dataset}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        videos=dataset_rows,
        code=code("collect.duplicates"),
    shell:
        "python -m workflow_scripts.collect.duplicates --fingerprints results/fingerprints"
        " --declared {input.admitted:q} --output {output.songs:q} >{log:q} 2>&1"


rule describe_dataset:
    """A page on what is in a dataset, and what is not."""
    input:
        dataset="results/datasets/{dataset}.h5",
        admitted=lambda wc: [admission(name) for name in config["datasets"][wc.dataset]["collections"]],
        poses=dataset_poses,
    output:
        page=report(
            "results/datasets/{dataset}.html",
            caption="captions/dataset.rst",
            category="Corpus",
            labels={"dataset": "{dataset}"},
        ),
    log:
        "logs/describe_dataset/{dataset}.log",
    benchmark:
        "logs/benchmarks/describe_dataset/{dataset}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        code=code("dataset.describe"),
    shell:
        "python -m workflow_scripts.dataset.describe --dataset {input.dataset:q} --admitted {input.admitted:q}"
        " --results results --output {output.page:q} >{log:q} 2>&1"


rule build_dataset:
    input:
        # What counts of the admission is in the parameter `videos`: a bad video that comes or goes changes nothing.
        admitted=dataset_admitted,
        songs="results/songs/{dataset}.tsv",
        parts=dataset_inputs,
    output:
        dataset="results/datasets/{dataset}.h5",
    log:
        "logs/build_dataset/{dataset}.log",
    benchmark:
        "logs/benchmarks/build_dataset/{dataset}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        videos=dataset_rows,
        config=lambda wc: canonical_json(config["datasets"][wc.dataset]),
        code=code("dataset.build"),
    shell:
        "python -m workflow_scripts.dataset.build --admitted {input.admitted:q} --songs {input.songs:q} --results results"
        " --config {params.config:q} --output {output.dataset:q} >{log:q} 2>&1"
