# The dances that are compared, and the votes on them.
ABX_KEY = "results/abx_key.tsv"


def abx_clips(wildcards):
    """Every dance as a video without words."""
    if len(config["use"]["models"]) < 2:
        named = ", ".join(config["use"]["models"]) or "none"
        raise WorkflowError(f"abx: compares the dances of two models or more; use.models has {named}")
    return [f"results/abx_clips/{model}/{song}_{sample}.mp4" for model, song, sample in used_dances()]


def vote_files(wildcards):
    """What voters saved, put into votes/."""
    files = sorted(map(str, Path("votes").glob("*.csv")))
    if not files:
        raise WorkflowError("votes/ has no .csv yet: let people open results/abx/index.html (`snakemake abx` makes it)")
    return files


def abx_key(wildcards):
    """The key, where there is none. One that is there, beside the votes too, is left alone: votes belong to the page that
    people saw, and not to the one that would be made of newer code or models today."""
    return [] if any(Path(path).exists() for path in abx_keys(wildcards)) else [ABX_KEY]


def abx_keys(wildcards):
    """The key of the page, and those of earlier ones that were put beside their votes."""
    beside = sorted(map(str, Path("votes").glob("*.tsv")))
    return [ABX_KEY, *beside] if Path(ABX_KEY).exists() or not beside else beside


def abx_key_content(wildcards):
    """A digest of all keys: a changed one is a reason to score again."""
    return digest([Path(path).read_text(errors="replace") for path in abx_keys(wildcards) if Path(path).exists()])
