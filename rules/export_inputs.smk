# What is exported of which dance.
from functools import lru_cache

from workflow_scripts.export.kinds import SUFFIXES
from workflow_scripts.export.viewer.sources import ALL as PAGE_FILES
from workflow_scripts.workflow.files import sha256_of

EXPORT_SUFFIXES = {**SUFFIXES, "html": "html"}


def all_exports(wildcards):
    """Every dance that takes part in every form that is asked for."""
    return [
        f"results/exports/{model}/songs/{song}_{sample}.{EXPORT_SUFFIXES[kind]}"
        for model, song, sample in used_dances()
        for kind in config["export"]["formats"]
    ]


def dances_of_page(wildcards):
    """The dances of all models that take part to the same song: they can be switched between, or stand side by side."""
    models = config["use"]["models"]
    return [
        f"results/dances/{model}/songs/{wildcards.item}_{wildcards.sample}.h5"
        for model in ([] if wildcards.model in models else [wildcards.model]) + models
    ]


@lru_cache(maxsize=None)
def page_sources():
    """What the page's scripts, style and library are: no modules, so that `code` does not see them."""
    return digest({path.name: sha256_of(path) for path in PAGE_FILES})


def used_suffixes():
    """How the exports end that are asked for, or that stand beside the gallery's videos."""
    kinds = {*config["export"]["formats"], *(["html"] if config["render"]["viewers_in_gallery"] else [])}
    return sorted(EXPORT_SUFFIXES[kind] for kind in kinds)
