# Aligned windows of motion and music, split by video and song.


rule build_dataset:
    input:
        admitted=lambda wc: expand(
            "results/admitted/{collection}.tsv", collection=config["datasets"][wc.dataset]["collections"]
        ),
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
        config=lambda wc: canonical_json(config["datasets"][wc.dataset]),
        code=code("dataset.build"),
    shell:
        "python -m workflow_scripts.dataset.build --admitted {input.admitted:q} --results results"
        " --config {params.config:q} --output {output.dataset:q} >{log:q} 2>&1"
