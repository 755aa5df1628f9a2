# 3D poses of every clip of a video, estimated from its pictures.


rule estimate_poses:
    input:
        clips="results/clips/{collection}/{video}/clips.tsv",
    output:
        poses="results/poses/{collection}/{video}.h5",
    log:
        "logs/estimate_poses/{collection}/{video}.log",
    benchmark:
        "logs/benchmarks/estimate_poses/{collection}/{video}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=120,
    params:
        config=lambda wc: canonical_json(config["pose"]),
        code=code("pose.estimate"),
    shell:
        "python -m workflow_scripts.pose.estimate --clips {input.clips:q} --config {params.config:q}"
        " --output {output.poses:q} >{log:q} 2>&1"
