# Dances as videos with their music, and the gallery of all of them.


rule render_dance:
    input:
        dance="results/dances/{model}/songs/{item}_{sample}.h5",
        clips="results/clips/songs/{item}/clips.tsv",
        rhythm="results/features/rhythm/songs/{item}.h5",
        songs=lambda wc: ancient(admission(SONGS)),
    output:
        video="results/renders/{model}/songs/{item}_{sample}.mp4",
    log:
        "logs/render_dance/{model}/{item}_{sample}.log",
    benchmark:
        "logs/benchmarks/render_dance/{model}/{item}_{sample}.tsv"
    wildcard_constraints:
        model=dance_models(),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=60,
    params:
        config=render_config,
        code=code("render.dance"),
    shell:
        "python -m workflow_scripts.render.dance --dance {input.dance:q} --rhythm {input.rhythm:q}"
        " --audio results/clips/songs/{wildcards.item}/0000.wav --config {params.config:q} --output {output.video:q}"
        " >{log:q} 2>&1"


rule make_gallery:
    """The only rule that writes into results/animations."""
    input:
        videos=lambda wc: [
            f"results/renders/{model}/songs/{song}_{sample}.mp4" for model, song, sample in used_dances()
        ],
        soundtracks=renders_in_gallery,
        collections=tables_in_gallery,
        songs="results/admitted/songs.tsv",
        verdict="results/verdict.txt",
        everything=everything_made,
    output:
        gallery=directory("results/animations"),
    log:
        "logs/make_gallery.log",
    benchmark:
        "logs/benchmarks/make_gallery.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        # A missing file between finished ones is no reason for Snakemake to run. These two make it one: a reader that
        # meets a broken file deletes it, for the next run to make it again; and a failed verdict leaves no file, so that
        # the run fails again as long as too much is left out.
        parts_missing=lambda wc: parts_are_missing(),
        too_much_left_out=lambda wc: ledger_exceeds_limit(),
        code=code("render.gallery"),
    shell:
        "python -m workflow_scripts.render.gallery --videos {input.videos:q} --soundtracks {input.soundtracks:q}"
        " --songs {input.songs:q} --collections {input.collections:q} --output {output.gallery:q} >{log:q} 2>&1"
