# 3D poses of every clip of a video, estimated from its pictures or imported.


rule estimate_poses:
    input:
        clips="results/clips/{collection}/{video}/clips.tsv",
    output:
        poses="results/poses/{collection}/{video}.h5",
    log:
        "logs/estimate_poses/{collection}/{video}.log",
    benchmark:
        "logs/benchmarks/estimate_poses/{collection}/{video}.tsv"
    wildcard_constraints:
        collection=collections_of(motion=False),
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


rule train_lifter:
    """From joints in the picture to joints in space: learnt from seeded motion of our own, once for all projects."""
    output:
        lifter="results/lifter.npz",
    log:
        "logs/train_lifter.log",
    benchmark:
        "logs/benchmarks/train_lifter.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        code=code("pose.train_lifter"),
    shell:
        "python -m workflow_scripts.pose.train_lifter --output {output.lifter:q} >{log:q} 2>&1"


rule import_motion:
    """Motion of another program, on our own body."""
    input:
        status="results/videos/{collection}/{video}.json",
        clips="results/clips/{collection}/{video}/clips.tsv",
        lifter=lifter_of,
    output:
        poses="results/poses/{collection}/{video}.h5",
    log:
        "logs/import_motion/{collection}/{video}.log",
    benchmark:
        "logs/benchmarks/import_motion/{collection}/{video}.tsv"
    wildcard_constraints:
        collection=collections_of(motion=True),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=60,
    params:
        config=lambda wc: canonical_json(config["pose"]),
        lifter=lambda wc, input: ["--lifter", *input.lifter] if input.lifter else [],
        code=motion_code("pose.import_motion"),
    shell:
        "python -m workflow_scripts.pose.import_motion --video {input.status:q} --clips {input.clips:q}"
        " --config {params.config:q} {params.lifter:q} --output {output.poses:q} >{log:q} 2>&1"
