# From a source to clips: listing, downloading, admitting, cutting. `songs` is a collection without pictures.


checkpoint list_collection:
    output:
        playlist="results/playlists/{collection}.tsv",
    log:
        "logs/list_collection/{collection}.log",
    benchmark:
        "logs/benchmarks/list_collection/{collection}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        config=lambda wc: canonical_json(listing_config(wc.collection)),
        # A local source is looked at whenever Snakemake starts, so that a new file is noticed.
        contents=lambda wc: collection_digest(listing_config(wc.collection)),
        code=listing_code,
    shell:
        "python -m workflow_scripts.collect.list_collection --collection {wildcards.collection}"
        " --config {params.config:q} --output {output.playlist:q} >{log:q} 2>&1"


rule download:
    input:
        # Another video in the list is no reason to download this one again; its own row is (see params).
        playlist=lambda wc: ancient(checkpoints.list_collection.get(collection=wc.collection).output[0]),
    output:
        status="results/videos/{collection}/{video}.json",
    log:
        "logs/download/{collection}/{video}.log",
    benchmark:
        "logs/benchmarks/download/{collection}/{video}.tsv"
    wildcard_constraints:
        collection=collections_of(motion=False),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=120,
    params:
        row=lambda wc: canonical_json({key: row_of(wc)[key] for key in ("id", "url", "digest")}),
        config=download_config,
        code=download_code,
    shell:
        "python -m workflow_scripts.collect.download --collection {wildcards.collection} --row {params.row:q}"
        " --config {params.config:q} --output {output.status:q} >{log:q} 2>&1"


rule check_motion:
    """Motion is read where it lies; nothing is copied."""
    input:
        playlist=lambda wc: ancient(checkpoints.list_collection.get(collection=wc.collection).output[0]),
    output:
        status="results/videos/{collection}/{video}.json",
    log:
        "logs/check_motion/{collection}/{video}.log",
    benchmark:
        "logs/benchmarks/check_motion/{collection}/{video}.tsv"
    wildcard_constraints:
        collection=collections_of(motion=True),
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        row=lambda wc: canonical_json(
            {key: row_of(wc)[key] for key in ("id", "url", "digest", "audio", "offset", "title", "left_out")}
        ),
        config=motion_config,
        code=motion_code("collect.check_motion"),
    shell:
        "python -m workflow_scripts.collect.check_motion --row {params.row:q} --config {params.config:q}"
        " --output {output.status:q} >{log:q} 2>&1"


checkpoint admit:
    input:
        playlist="results/playlists/{collection}.tsv",
        statuses=lambda wc: [f"results/videos/{wc.collection}/{row['id']}.json" for row in listed(wc.collection)],
    output:
        admitted="results/admitted/{collection}.tsv",
    log:
        "logs/admit/{collection}.log",
    benchmark:
        "logs/benchmarks/admit/{collection}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        limits=limits(),
        genre=lambda wc: config["collections"].get(wc.collection, {}).get("genre", ""),
        code=code("collect.admit"),
    shell:
        "python -m workflow_scripts.collect.admit --collection {wildcards.collection}"
        " --playlist {input.playlist:q} --limits {params.limits:q} --genre={params.genre:q}"
        " --output {output.admitted:q} >{log:q} 2>&1"


rule cut:
    input:
        # Parameters come from the video's row.
        playlist=lambda wc: ancient(checkpoints.list_collection.get(collection=wc.collection).output[0]),
        status="results/videos/{collection}/{video}.json",
    output:
        clips="results/clips/{collection}/{video}/clips.tsv",
        left_out="results/clips/{collection}/{video}/left_out.tsv",
    log:
        "logs/cut/{collection}/{video}.log",
    benchmark:
        "logs/benchmarks/cut/{collection}/{video}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        row=lambda wc: canonical_json({key: row_of(wc)[key] for key in ("id", "start", "end")}),
        cuts=lambda wc: canonical_json(cuts_of(wc)),
        config=cut_config,
        code=code("collect.cut"),
    shell:
        "python -m workflow_scripts.collect.cut --video {input.status:q} --row {params.row:q}"
        " --cuts {params.cuts:q} --config {params.config:q} --output {output.clips:q} >{log:q} 2>&1"


rule fingerprint:
    """What a video sounds and looks like, to find the same song and the same video again."""
    input:
        clips="results/clips/{collection}/{video}/clips.tsv",
    output:
        fingerprint="results/fingerprints/{collection}/{video}.npz",
    log:
        "logs/fingerprint/{collection}/{video}.log",
    benchmark:
        "logs/benchmarks/fingerprint/{collection}/{video}.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        # Two hours of pictures need 1.8 GB.
        mem_mb=2500,
        runtime=30,
    params:
        code=code("collect.fingerprint"),
    shell:
        "python -m workflow_scripts.collect.fingerprint --clips {input.clips:q}"
        " --output {output.fingerprint:q} >{log:q} 2>&1"


rule find_duplicates:
    """The same song, or the same video, among all that takes part. It is said; nothing is left out for it."""
    input:
        fingerprints=lambda wc: fingerprints_of(used_collections()),
        songs=lambda wc: [f"results/fingerprints/{SONGS}/{song}.npz" for song in used_songs()],
        admitted=all_admitted(),
    output:
        duplicates="results/duplicates.tsv",
    log:
        "logs/find_duplicates.log",
    benchmark:
        "logs/benchmarks/find_duplicates.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        songs=lambda wc, input: [Path(song).stem for song in input.songs],
        code=code("collect.duplicates"),
    shell:
        "python -m workflow_scripts.collect.duplicates --fingerprints results/fingerprints"
        " --declared {input.admitted:q} --songs {params.songs:q} --output {output.duplicates:q} >{log:q} 2>&1"


rule unused:
    """Says what lies in results/ that nothing in the configuration uses any more; removes nothing."""
    log:
        "logs/unused.log",
    conda:
        "../envs/playlist2dance.yaml"
    params:
        config=canonical_json(
            {
                "collections": list(config["collections"]),
                "models": list(config["models"]),
                "datasets": list(config["datasets"]),
                "samples": config["generate"]["samples"],
                "sound_samples": config["soundtrack"]["samples"],
                "together": config["render"]["together"],
                "export_suffixes": used_suffixes(),
            }
        ),
    shell:
        "python -m workflow_scripts.collect.unused --results results --config {params.config:q} 2>&1 | tee {log:q}"


rule ledger:
    """Everything that was left out, and why: broken downloads and rejected clips of all that takes part."""
    input:
        admitted=all_admitted(),
        clips=lambda wc: all_clips(),
        poses=lambda wc: all_poses(wc),
    output:
        quarantine=report(
            "results/quarantine.tsv",
            caption="captions/quarantine.rst",
            category="Corpus",
            labels={"table": "left out"},
        ),
    log:
        "logs/ledger.log",
    benchmark:
        "logs/benchmarks/ledger.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("collect.ledger"),
    shell:
        "python -m workflow_scripts.collect.ledger --admitted {input.admitted:q} --results results"
        " --output {output.quarantine:q} >{log:q} 2>&1"


rule verdict:
    """Fails, every time, when more was left out than `max_quarantined` allows."""
    input:
        quarantine="results/quarantine.tsv",
        admitted=all_admitted(),
    output:
        verdict="results/verdict.txt",
    log:
        "logs/verdict.log",
    benchmark:
        "logs/benchmarks/verdict.tsv"
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        limit=config["max_quarantined"],
        code=code("collect.verdict"),
    shell:
        "python -m workflow_scripts.collect.verdict --quarantine {input.quarantine:q}"
        " --admitted {input.admitted:q} --limit {params.limit} --output {output.verdict:q} >{log:q} 2>&1"
