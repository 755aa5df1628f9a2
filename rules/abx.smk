# Blind comparison of the dances by people: videos without names, the page that asks, and what the votes say.


rule render_unnamed:
    """The middle of a dance without title and name, by the same dancer for all models."""
    input:
        dance="results/dances/{model}/songs/{item}_{sample}.h5",
        clips="results/clips/songs/{item}/clips.tsv",
        rhythm="results/features/rhythm/songs/{item}.h5",
        songs=lambda wc: ancient(admission(SONGS)),
    output:
        video="results/abx_clips/{model}/{item}_{sample}.mp4",
    log:
        "logs/render_unnamed/{model}/{item}_{sample}.log",
    benchmark:
        "logs/benchmarks/render_unnamed/{model}/{item}_{sample}.tsv"
    wildcard_constraints:
        model=dance_models(),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 2
    resources:
        mem_mb=lambda wc: picture_resources(1)[0],
        runtime=lambda wc: picture_resources(1)[1],
    params:
        config=unnamed_config,
        code=code("render.dance"),
    shell:
        "python -m workflow_scripts.render.dance --dance {input.dance:q} --rhythm {input.rhythm:q}"
        " --audio results/clips/songs/{wildcards.item}/0000.wav --config {params.config:q} --threads {threads} --output {output.video:q} --heal"
        " >{log:q} 2>&1"


rule make_abx:
    """The page and its key, the only rule that writes into results/abx."""
    input:
        clips=abx_clips,
    output:
        page=directory("results/abx"),
        # Snakemake would delete it before the job: the names of earlier pages, and their votes, would be lost.
        key=update(ABX_KEY),
    log:
        "logs/make_abx.log",
    benchmark:
        "logs/benchmarks/make_abx.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        config=abx_config,
        code=code("report.abx.page"),
    shell:
        "python -m workflow_scripts.report.abx.page --clips {input.clips:q} --config {params.config:q}"
        " --output {output.page:q} --key {output.key:q} >{log:q} 2>&1"


rule score_abx:
    input:
        votes=vote_files,
        key=abx_key,
    output:
        table="results/abx_scores.csv",
        details="results/abx_scores.json",
    log:
        "logs/score_abx.log",
    benchmark:
        "logs/benchmarks/score_abx.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        key_files=abx_keys,
        key_content=abx_key_content,
        code=code("report.abx.scores"),
    shell:
        "python -m workflow_scripts.report.abx.scores {input.votes:q} --key {params.key_files:q} --output results >{log:q} 2>&1"
