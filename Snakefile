# playlist2dance: from a playlist of dance videos to dances for any song.
#
#   snakemake --cores 4 results/animations     the main job: every song danced to by every model, as videos
#   snakemake --cores 4 poses                  one stage only; the stages are the rules below
#   snakemake --cores 4 results/poses/demo/v01.h5          one file
#
# config.yaml says what takes part and explains itself; docs/how_it_works.md shows how the stages meet in files.
from snakemake.utils import min_version

min_version("9.27.1")


configfile: f"{workflow.basedir}/config.yaml"


report: "rules/captions/workflow.rst"


include: "rules/common.smk"
include: "rules/inputs.smk"
include: "rules/soundtrack_inputs.smk"
include: "rules/export_inputs.smk"
include: "rules/abx_inputs.smk"
include: "rules/report_inputs.smk"
include: "rules/rulegraph_inputs.smk"
include: "rules/parameters.smk"
include: "rules/collect.smk"
include: "rules/pose.smk"
include: "rules/music.smk"
include: "rules/dataset.smk"
include: "rules/train.smk"
include: "rules/generate.smk"
include: "rules/soundtrack.smk"
include: "rules/render.smk"
include: "rules/export.smk"
include: "rules/evaluate.smk"
include: "rules/figures.smk"
include: "rules/abx.smk"
include: "rules/report.smk"


wildcard_constraints:
    collection="[A-Za-z0-9_-]+",
    video="[A-Za-z0-9_-]{1,40}",
    group="|".join(GROUPS),
    dataset="[A-Za-z0-9_-]+",
    model="|".join(config["models"]) or "(?!)",
    set="[A-Za-z0-9_-]+",
    item="[A-Za-z0-9_.-]+",
    sample=r"\d+",


onsuccess:
    print_summary()


onerror:
    print_failures()


# ---- the targets, in the order of the data ----


rule animations:
    default_target: True
    input:
        "results/animations",


rule videos:
    input:
        all_admitted(),


rule clips:
    input:
        all_admitted(),
        lambda wc: all_clips(),


rule poses:
    input:
        all_admitted(),
        all_poses,
        "results/quarantine.tsv",


rule features:
    input:
        all_admitted(),
        all_features,


rule datasets:
    input:
        # As a plain input, so that a collection that is new in the configuration is seen.
        all_admitted(),
        expand("results/datasets/{dataset}.{kind}", dataset=used_datasets(), kind=["h5", "html"]),


rule models:
    input:
        all_admitted(),
        expand("results/models/{model}/model.json", model=config["use"]["models"]),


rule dances:
    input:
        all_admitted(),
        all_dances,


rule exports:
    input:
        all_admitted(),
        all_exports,


rule soundtracks:
    input:
        all_admitted(),
        all_soundtracks,
        "results/quarantine.tsv",


rule evaluation:
    input:
        all_admitted(),
        "results/evaluation/comparison.csv",
        all_figures,
        "results/evaluation/held_out.csv",
        ["results/evaluation/demo.json"] if uses_demo() else [],
        "results/quarantine.tsv",


rule report:
    input:
        all_admitted(),
        "results/report.html",


rule abx:
    input:
        all_admitted(),
        "results/abx",


rule abx_scores:
    input:
        "results/abx_scores.csv",


rule aistpp_protocol:
    input:
        all_admitted(),
        "results/evaluation/aistpp.csv",
