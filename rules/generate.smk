# A dance by a model for a song.


rule generate_dance:
    input:
        checkpoint="results/models/{model}/checkpoint.ckpt",
        description="results/models/{model}/model.json",
        features=model_features,
        seed=seed_file,
    output:
        dance="results/dances/{model}/songs/{item}_{sample}.h5",
    log:
        "logs/generate_dance/{model}/{item}_{sample}.log",
    benchmark:
        "logs/benchmarks/generate_dance/{model}/{item}_{sample}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        config=lambda wc: canonical_json(dance_settings(config, wc.model, int(wc.sample))),
        code=lambda wc: code("generate.dance", f"models.{config['models'][wc.model]['architecture']}.model"),
    shell:
        "python -m workflow_scripts.generate.dance --model results/models/{wildcards.model}"
        " --features {input.features:q} --clip 0000 --config {params.config:q} --output {output.dance:q} >{log:q} 2>&1"
