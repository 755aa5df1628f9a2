# 3D poses of every clip of a video, estimated from its pictures or imported.

# Where mmpose may be used, its environment has to hold what mmpose needs.
POSE_ENVIRONMENT = f"../envs/{'playlist2dance' if config['pose']['backend'] == 'mediapipe' else 'mmpose'}.yaml"


rule weights:
    """A target: the published weights of the networks that `pose.mmpose` names."""
    input:
        mmpose_weights,


rule fetch_weights:
    """From the web, or from the file that the user put into weights/. Made again when another file is published under
    the name, and for nothing else."""
    output:
        tensors="weights/{weights}.pt",
        note="weights/{weights}.json",
    log:
        "logs/fetch_weights/{weights}.log",
    wildcard_constraints:
        weights="|".join(WEIGHTS),
    localrule: True
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        published=lambda wc: WEIGHTS[wc.weights].prefix,
    shell:
        "python -m workflow_scripts.pose.fetch_weights {wildcards.weights} >{log:q} 2>&1"


checkpoint choose_backend:
    """`pose.backend: auto`, decided once for a project: neither new code nor another machine decides anew."""
    output:
        choice="results/pose_backend.json",
    log:
        "logs/choose_backend.log",
    conda:
        POSE_ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        config=lambda wc: canonical_json(
            {key: config["pose"]["mmpose"][key] for key in ("detector", "network", "lifter", "device")}
        ),
    shell:
        "python -m workflow_scripts.pose.choose_backend --config {params.config:q} --output {output.choice:q}"
        " 2>&1 | tee {log:q}"


rule estimate_poses:
    input:
        clips="results/clips/{collection}/{video}/clips.tsv",
        weights=weights_of_backend,
    output:
        poses="results/poses/{collection}/{video}.h5",
    log:
        "logs/estimate_poses/{collection}/{video}.log",
    benchmark:
        "logs/benchmarks/estimate_poses/{collection}/{video}.tsv"
    wildcard_constraints:
        collection=collections_of(motion=False),
    conda:
        POSE_ENVIRONMENT
    threads: pose_threads
    resources:
        mem_mb=lambda wc: 6000 if uses_mmpose() else 1500,
        runtime=120,
        gpu=pose_gpus,
    params:
        config=pose_config,
        code=pose_code,
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
        config=imported_pose_config,
        lifter=lambda wc, input: ["--lifter", *input.lifter] if input.lifter else [],
        code=motion_code("pose.import_motion"),
    shell:
        "python -m workflow_scripts.pose.import_motion --video {input.status:q} --clips {input.clips:q}"
        " --config {params.config:q} {params.lifter:q} --output {output.poses:q} >{log:q} 2>&1"
