# Music features of every clip and song, one file per group of features.


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
        config=music_config,
        code=lambda wc: code(f"music.{wc.group}", "music.extract"),
    shell:
        "python -m workflow_scripts.music.extract --group {wildcards.group} --clips {input.clips:q}"
        " --config {params.config:q} --output {output.features:q} >{log:q} 2>&1"
