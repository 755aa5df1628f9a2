# The report: one page on everything.


rule write_report:
    """Corpus, models, comparison, dances, versions: all in one page that stands alone."""
    input:
        tables=report_tables,
        ledger="results/quarantine.tsv",
        datasets=expand("results/datasets/{dataset}.h5", dataset=used_datasets()),
        models=expand("results/models/{model}/model.json", model=config["use"]["models"]),
        checkpoints=expand("results/models/{model}/checkpoint.ckpt", model=config["use"]["models"]),
        comparison="results/evaluation/comparison.json",
        held_out="results/evaluation/held_out.csv",
        figures=all_figures,
        gallery="results/animations",
    output:
        page="results/report.html",
    log:
        "logs/write_report.log",
    benchmark:
        "logs/benchmarks/write_report.tsv"
    # Only where Snakemake itself runs is its plan known, which the page draws.
    localrule: True
    conda:
        "../envs/playlist2dance.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        config=report_config(),
        collections=used_collections(),
        rules=rulegraph,
        code=code("report.write"),
    shell:
        "python -m workflow_scripts.report.write --results results --benchmarks logs/benchmarks"
        " --config {params.config:q} --collections {params.collections:q} --rules {params.rules:q}"
        " --output {output.page:q} >{log:q} 2>&1"
