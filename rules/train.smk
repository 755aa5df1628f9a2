# From a dataset to a model. Networks learn by gradient and have a history; a motion graph is built in one pass.


rule train_network:
    input:
        dataset=dataset_of,
        part=part_of,
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
        "logs/train_network/{model}.log",
    benchmark:
        "logs/benchmarks/train_network/{model}.tsv"
    wildcard_constraints:
        model=models_of("seq2seq", "spectrogram_cnn_lstm", "pose_clusters", "pose_gan"),
    conda:
        "../envs/playlist2dance.yaml"
    threads: train_threads
    resources:
        mem_mb=4000,
        runtime=240,
        gpu=train_gpus,
    params:
        config=model_config,
        code=model_code,
        part=lambda wc, input: f"--part {input.part}" if input.part else "",
    shell:
        "python -m workflow_scripts.train.fit --dataset {input.dataset:q} --config {params.config:q} {params.part}"
        " --threads {threads} --output results/models/{wildcards.model} --state results/state/{wildcards.model}"
        " --tensorboard logs/tensorboard/{wildcards.model} >{log:q} 2>&1"


rule find_learning_rate:
    """Smith's test: losses while the learning rate grows, for `settings.learning_rate`."""
    input:
        dataset=dataset_of,
        part=part_of,
    output:
        table="results/models/{model}/lr_range.csv",
        picture="results/models/{model}/lr_range.svg",
    log:
        "logs/find_learning_rate/{model}.log",
    benchmark:
        "logs/benchmarks/find_learning_rate/{model}.tsv"
    wildcard_constraints:
        model=models_of("seq2seq", "spectrogram_cnn_lstm", "pose_clusters"),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        config=model_config,
        code=lambda wc: code("train.lr_range", f"models.{config['models'][wc.model]['architecture']}.model"),
        part=lambda wc, input: f"--part {input.part}" if input.part else "",
    shell:
        "python -m workflow_scripts.train.lr_range --dataset {input.dataset:q} --config {params.config:q} {params.part}"
        " --table {output.table:q} --picture {output.picture:q} >{log:q} 2>&1"


rule train_pose_gan:
    """The first step of `pose_gan`: it follows `settings.pose` alone, and not the settings of the second step."""
    input:
        dataset=dataset_of,
    output:
        checkpoint="results/models/{model}/pose_gan.ckpt",
        picture="results/models/{model}/pose_gan.png",
        pictures=directory("results/models/{model}/pose_gan_epochs"),
        history="results/models/{model}/pose_gan.csv",
        loss="results/models/{model}/pose_gan.svg",
    log:
        "logs/train_pose_gan/{model}.log",
    benchmark:
        "logs/benchmarks/train_pose_gan/{model}.tsv"
    wildcard_constraints:
        model=models_of("pose_gan"),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        config=pose_gan_config,
        code=code("train.fit_pose_gan"),
    shell:
        "python -m workflow_scripts.train.fit_pose_gan --dataset {input.dataset:q} --config {params.config:q}"
        " --threads {threads} --output results/models/{wildcards.model}"
        " --state results/state/{wildcards.model}-poses >{log:q} 2>&1"


rule build_motion_graph:
    input:
        dataset=dataset_of,
    output:
        checkpoint="results/models/{model}/checkpoint.ckpt",
        description="results/models/{model}/model.json",
    log:
        "logs/build_motion_graph/{model}.log",
    benchmark:
        "logs/benchmarks/build_motion_graph/{model}.tsv"
    wildcard_constraints:
        model=models_of("motion_graph"),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        config=model_config,
        code=model_code,
    shell:
        "python -m workflow_scripts.train.fit --dataset {input.dataset:q} --config {params.config:q}"
        " --threads {threads} --output results/models/{wildcards.model} --state results/state/{wildcards.model}"
        " >{log:q} 2>&1"


rule find_clusters:
    input:
        dataset=dataset_of,
    output:
        clusters="results/models/{model}/clusters.h5",
        picture="results/models/{model}/clusters.svg",
    log:
        "logs/find_clusters/{model}.log",
    benchmark:
        "logs/benchmarks/find_clusters/{model}.tsv"
    wildcard_constraints:
        model=models_of("pose_clusters"),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        config=clusters_config,
        code=code("train.find_clusters"),
    shell:
        "python -m workflow_scripts.train.find_clusters --dataset {input.dataset:q} --config {params.config:q}"
        " --output {output.clusters:q} --picture {output.picture:q} >{log:q} 2>&1"
