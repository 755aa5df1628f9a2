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
        mem_mb=500,
        runtime=60,
    params:
        config=lambda wc: canonical_json(listing_config(wc.collection)),
        # A local source is looked at whenever Snakemake starts, so that a new file is noticed.
        contents=lambda wc: local_digest(listing_config(wc.collection)["source"]),
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
        code=code("collect.admit"),
    shell:
        "python -m workflow_scripts.collect.admit --collection {wildcards.collection}"
        " --playlist {input.playlist:q} --output {output.admitted:q} >{log:q} 2>&1"


rule cut:
    input:
        # Parameters come from the video's row.
        playlist=lambda wc: ancient(checkpoints.list_collection.get(collection=wc.collection).output[0]),
        status="results/videos/{collection}/{video}.json",
    output:
        clips="results/clips/{collection}/{video}/clips.tsv",
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
        config=lambda wc: canonical_json(
            {"kind": "songs"}
            if wc.collection == SONGS
            else {"kind": "videos", "fps": config["collections"][wc.collection]["fps"]}
        ),
        code=code("collect.cut"),
    shell:
        "python -m workflow_scripts.collect.cut --video {input.status:q} --row {params.row:q}"
        " --cuts {params.cuts:q} --config {params.config:q} --output {output.clips:q} >{log:q} 2>&1"


rule ledger:
    """Everything that was left out, and why: broken downloads and rejected clips of all that takes part."""
    input:
        admitted=all_admitted(),
        poses=lambda wc: all_poses(wc),
    output:
        quarantine="results/quarantine.tsv",
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
        "python -m workflow_scripts.collect.ledger --admitted {input.admitted:q} --poses results/poses"
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
