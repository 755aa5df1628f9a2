# Dances as videos with their music or a new sound, clips with another sound, and the gallery of them all.


rule render_dance:
    input:
        dance="results/dances/{model}/songs/{item}_{sample}.h5",
        clips="results/clips/songs/{item}/clips.tsv",
        rhythm="results/features/rhythm/songs/{item}.h5",
        songs=lambda wc: ancient(admission(SONGS)),
    output:
        video=report(
            "results/renders/{model}/songs/{item}_{sample}.mp4",
            caption="captions/dance.rst",
            category="Dances",
            subcategory="{item}",
            labels={"model": "{model}", "song": "{item}", "sample": "{sample}"},
        ),
    log:
        "logs/render_dance/{model}/{item}_{sample}.log",
    benchmark:
        "logs/benchmarks/render_dance/{model}/{item}_{sample}.tsv"
    wildcard_constraints:
        model=dance_models(),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 2
    resources:
        mem_mb=lambda wc: picture_resources(1)[0],
        runtime=lambda wc: picture_resources(1)[1],
    params:
        config=render_config,
        code=code("render.dance"),
    shell:
        "python -m workflow_scripts.render.dance --dance {input.dance:q} --rhythm {input.rhythm:q}"
        " --audio results/clips/songs/{wildcards.item}/0000.wav --config {params.config:q} --threads {threads} --output {output.video:q} --heal"
        " >{log:q} 2>&1"


rule render_together:
    """The dances of all models to a song, side by side."""
    input:
        dances=lambda wc: [
            f"results/dances/{model}/songs/{wc.item}_{wc.sample}.h5" for model in config["use"]["models"]
        ],
        clips="results/clips/songs/{item}/clips.tsv",
        rhythm="results/features/rhythm/songs/{item}.h5",
        songs=lambda wc: ancient(admission(SONGS)),
    output:
        video=report(
            f"results/renders/{TOGETHER}/songs/{{item}}_{{sample}}.mp4",
            caption="captions/together.rst",
            category="Dances",
            subcategory="{item}",
            labels={"model": "all", "song": "{item}", "sample": "{sample}"},
        ),
    log:
        "logs/render_together/{item}_{sample}.log",
    benchmark:
        "logs/benchmarks/render_together/{item}_{sample}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 2
    resources:
        mem_mb=lambda wc: picture_resources(len(config["use"]["models"]))[0],
        runtime=lambda wc: picture_resources(len(config["use"]["models"]))[1],
    params:
        config=together_config,
        code=code("render.dance"),
    shell:
        "python -m workflow_scripts.render.dance --dance {input.dances:q} --rhythm {input.rhythm:q}"
        " --audio results/clips/songs/{wildcards.item}/0000.wav --config {params.config:q} --threads {threads}"
        " --output {output.video:q} --heal >{log:q} 2>&1"


rule dub_clip:
    """A clip's video with its new sound."""
    input:
        clips="results/clips/{set}/{video}/clips.tsv",
        sound="results/soundtracks/{model}/{set}/{video}.{clip}_{sample}.wav",
    output:
        video="results/renders/{model}/{set}/{video}.{clip}_{sample}.mp4",
    log:
        "logs/dub_clip/{model}/{set}/{video}.{clip}_{sample}.log",
    benchmark:
        "logs/benchmarks/dub_clip/{model}/{set}/{video}.{clip}_{sample}.tsv"
    wildcard_constraints:
        model=sound_models(),
        set=video_collections(),
        clip=r"\d{4}",
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        picture=lambda wc: f"results/clips/{wc.set}/{wc.video}/{wc.clip}.mp4",
        code=code("render.dub"),
    shell:
        "python -m workflow_scripts.render.dub --video {params.picture:q} --sound {input.sound:q}"
        " --output {output.video:q} >{log:q} 2>&1"


rule show_original:
    """A clip as it is, to stand beside those with new sound."""
    input:
        clips="results/clips/{set}/{video}/clips.tsv",
    output:
        video="results/renders/original/{set}/{video}.{clip}_0.mp4",
    log:
        "logs/show_original/{set}/{video}.{clip}.log",
    benchmark:
        "logs/benchmarks/show_original/{set}/{video}.{clip}.tsv"
    wildcard_constraints:
        set=video_collections(),
        clip=r"\d{4}",
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        picture=lambda wc: f"results/clips/{wc.set}/{wc.video}/{wc.clip}.mp4",
        sound=lambda wc: f"results/clips/{wc.set}/{wc.video}/{wc.clip}.wav",
        code=code("render.dub"),
    shell:
        "python -m workflow_scripts.render.dub --video {params.picture:q} --sound {params.sound:q}"
        " --output {output.video:q} >{log:q} 2>&1"


rule render_motion_with_sound:
    """The figure of a clip of captured motion, which has no video, with its new sound."""
    input:
        poses="results/poses/{set}/{video}.h5",
        sound="results/soundtracks/{model}/{set}/{video}.{clip}_{sample}.wav",
    output:
        video="results/renders/{model}/{set}/{video}.{clip}_{sample}.mp4",
    log:
        "logs/render_motion_with_sound/{model}/{set}/{video}.{clip}_{sample}.log",
    benchmark:
        "logs/benchmarks/render_motion_with_sound/{model}/{set}/{video}.{clip}_{sample}.tsv"
    wildcard_constraints:
        model=sound_models(),
        set=collections_of(motion=True),
        clip=r"\d{4}",
    conda:
        "../envs/playlist2dance.yaml"
    threads: 2
    resources:
        mem_mb=lambda wc: picture_resources(1)[0],
        runtime=lambda wc: picture_resources(1)[1],
    params:
        config=sound_render_config,
        code=code("render.dance"),
    shell:
        "python -m workflow_scripts.render.dance --dance {input.poses:q} --clip {wildcards.clip} --audio {input.sound:q}"
        " --config {params.config:q} --threads {threads} --output {output.video:q} --heal >{log:q} 2>&1"


rule render_original_motion:
    """The figure of a clip of captured motion with its own music, to stand beside those with new sound."""
    input:
        poses="results/poses/{set}/{video}.h5",
        clips="results/clips/{set}/{video}/clips.tsv",
    output:
        video="results/renders/original/{set}/{video}.{clip}_0.mp4",
    log:
        "logs/render_original_motion/{set}/{video}.{clip}.log",
    benchmark:
        "logs/benchmarks/render_original_motion/{set}/{video}.{clip}.tsv"
    wildcard_constraints:
        set=collections_of(motion=True),
        clip=r"\d{4}",
    conda:
        "../envs/playlist2dance.yaml"
    threads: 2
    resources:
        mem_mb=lambda wc: picture_resources(1)[0],
        runtime=lambda wc: picture_resources(1)[1],
    params:
        sound=lambda wc: f"results/clips/{wc.set}/{wc.video}/{wc.clip}.wav",
        config=sound_render_config,
        code=code("render.dance"),
    shell:
        "python -m workflow_scripts.render.dance --dance {input.poses:q} --clip {wildcards.clip} --audio {params.sound:q}"
        " --config {params.config:q} --threads {threads} --output {output.video:q} --heal >{log:q} 2>&1"


rule render_dance_with_sound:
    """A generated dance with its generated sound."""
    input:
        dance="results/dances/{dancer}/songs/{song}_{sample}.h5",
        sound="results/soundtracks/{model}/songs/{song}.{dancer}_{sample}.wav",
        songs=lambda wc: ancient(admission(SONGS)),
    output:
        video="results/renders/{model}/songs/{song}.{dancer}_{sample}.mp4",
    log:
        "logs/render_dance_with_sound/{model}/{song}.{dancer}_{sample}.log",
    benchmark:
        "logs/benchmarks/render_dance_with_sound/{model}/{song}.{dancer}_{sample}.tsv"
    wildcard_constraints:
        model=sound_models(),
        dancer=dance_models(),
        song="[A-Za-z0-9_-]{1,40}",
    conda:
        "../envs/playlist2dance.yaml"
    threads: 2
    resources:
        mem_mb=lambda wc: picture_resources(1)[0],
        runtime=lambda wc: picture_resources(1)[1],
    params:
        config=sound_render_config,
        code=code("render.dance"),
    shell:
        "python -m workflow_scripts.render.dance --dance {input.dance:q} --audio {input.sound:q}"
        " --config {params.config:q} --threads {threads} --output {output.video:q} --heal >{log:q} 2>&1"


rule make_gallery:
    """The only rule that writes into results/animations."""
    input:
        videos=lambda wc: used_renders(),
        items_tables=lambda wc: items_tables(wc) if config["soundtrack"]["in_gallery"] else [],
        soundtracks=renders_in_gallery,
        collections=tables_in_gallery,
        measures=lambda wc: [
            f"results/evaluation/dances/{model}/songs/{song}_{sample}.json" for model, song, sample in used_dances()
        ],
        viewers=viewers_in_gallery,
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
        " --measures {input.measures:q} --viewers {input.viewers:q} --songs {input.songs:q}"
        " --collections {input.collections:q} --output {output.gallery:q} >{log:q} 2>&1"


rule make_gif:
    """The beginning of a video as a GIF, for pages and chats; made when asked for by its name."""
    input:
        video="results/renders/{model}/{set}/{item}_{sample}.mp4",
    output:
        gif="results/renders/{model}/{set}/{item}_{sample}.gif",
    log:
        "logs/make_gif/{model}/{set}/{item}_{sample}.log",
    benchmark:
        "logs/benchmarks/make_gif/{model}/{set}/{item}_{sample}.tsv"
    wildcard_constraints:
        model="|".join([*config["models"], ORIGINAL, TOGETHER]),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("render.gif"),
    shell:
        "python -m workflow_scripts.render.gif --video {input.video:q} --output {output.gif:q} >{log:q} 2>&1"


rule make_contact_sheet:
    """Pictures of a video, evenly over its length, on one sheet; made when asked for by its name."""
    input:
        video="results/renders/{model}/{set}/{item}_{sample}.mp4",
    output:
        sheet="results/renders/{model}/{set}/{item}_{sample}.png",
    log:
        "logs/make_contact_sheet/{model}/{set}/{item}_{sample}.log",
    benchmark:
        "logs/benchmarks/make_contact_sheet/{model}/{set}/{item}_{sample}.tsv"
    wildcard_constraints:
        model="|".join([*config["models"], ORIGINAL, TOGETHER]),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("render.contact_sheet"),
    shell:
        "python -m workflow_scripts.render.contact_sheet --video {input.video:q} --output {output.sheet:q}"
        " >{log:q} 2>&1"
