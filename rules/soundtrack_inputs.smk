# Which dances get a sound by which model, and what those sounds depend on.
import re

from workflow_scripts.models.soundtrack import SOUNDTRACK_ARCHITECTURES
from workflow_scripts.motion.dataset_file import SPLITS
from workflow_scripts.motion.soundtrack_table import COLUMNS as SOUNDTRACK_COLUMNS
from workflow_scripts.soundtrack.settings import soundtrack_settings

# Samples per second of a wavenet whose settings say nothing (the default of its `rate`).
WAVENET_RATE = 8000


def sound_models():
    """A wildcard pattern of the models that make sound."""
    return models_of(*SOUNDTRACK_ARCHITECTURES)


def dance_models():
    """A wildcard pattern of the models that dance."""
    return models_of(*{entry["architecture"] for entry in config["models"].values()} - set(SOUNDTRACK_ARCHITECTURES))


def sounds_of(wildcards):
    """The sound that a model is made from: what is played again as it is, what is learned at the model's rate."""
    entry = config["models"][wildcards.model]
    played = entry["architecture"] == "soundtrack_retrieval"
    rate = "native" if played else entry["settings"].get("rate", WAVENET_RATE)
    return f"results/sounds/{entry['dataset']}/{rate}.h5"


def sounds_at_hand(wildcards):
    """The sound file that a model plays from, if it does."""
    played = config["models"][wildcards.model]["architecture"] == "soundtrack_retrieval"
    return sounds_of(wildcards) if played else []


def video_collections():
    """A wildcard pattern of the collections of videos."""
    return "|".join(name for name, entry in config["collections"].items() if "motion" not in entry) or "(?!)"


def looks_at_video(wildcards):
    return config["models"][wildcards.model]["settings"].get("condition") == "video"


def pictures_of(wildcards):
    dataset = config["models"][wildcards.model]["dataset"]
    return f"results/pictures/{dataset}.h5" if looks_at_video(wildcards) else []


# ---- what gets a sound ----

_CLIP = re.compile(r"(?P<collection>[^/]+)/(?P<video>[^/]+)\.(?P<clip>\d{4})")


def _sounding(name):
    """What an entry of soundtrack.of means: (kind, value)."""
    if name in SPLITS and name in config["collections"]:
        raise WorkflowError(f"soundtrack.of: {name!r} is a split and a collection; give the collection another name")
    if name in SPLITS:
        return "split", name
    if name in config["collections"]:
        return "collection", name
    place = _CLIP.fullmatch(name)
    if place and place["collection"] in config["collections"]:
        return "clip", (place["collection"], place["video"], place["clip"])
    raise WorkflowError(
        f"soundtrack.of: {name!r} is neither a split ({', '.join(SPLITS)}), nor a collection"
        f" ({', '.join(config['collections'])}), nor a clip of one (collection/video.0000)"
    )


# Read at the start, so that a mistake is said before anything runs.
SOUNDING = [_sounding(name) for name in config["soundtrack"]["of"]]


def sounding_splits():
    return [value for kind, value in SOUNDING if kind == "split"]


def sounding_clips():
    """(pose file below results/poses, clip) of the single clips."""
    places = [value for kind, value in SOUNDING if kind == "clip"]
    return [(f"{collection}/{video}.h5", clip) for collection, video, clip in places]


def sounding_singles(wildcards):
    return sorted({f"results/poses/{place}" for place, _ in sounding_clips()})


def sounding_dances(wildcards):
    """Whether a model makes sound for generated dances, of which there is no video."""
    return config["soundtrack"]["dances"] and not looks_at_video(wildcards)


def sounding_poses(wildcards):
    names = [value for kind, value in SOUNDING if kind == "collection"]
    return [f"results/poses/{collection}/{video}.h5" for collection, video in videos_of(names)]


def soundtracks_of(model):
    """The rows of what a model makes sound for. Waits for the list."""
    return table(checkpoints.list_soundtracks.get(model=model).output[0], *SOUNDTRACK_COLUMNS)


def sounds_made(wildcards):
    return [row["wav"] for row in soundtracks_of(wildcards.model)]


def renders_with_sound():
    """The videos with new sound, and the originals of those that are clips."""
    rows = [(model, row) for model in config["use"]["soundtracks"] for row in soundtracks_of(model)]
    new = [f"results/renders/{model}/{row['set']}/{row['item']}_{row['sample']}.mp4" for model, row in rows]
    clips = {(row["set"], row["item"]) for _, row in rows if row["set"] != SONGS}
    return new + [f"results/renders/original/{name}/{item}_0.mp4" for name, item in sorted(clips)]


def items_tables(wildcards):
    """The lists of what gets a sound. Who reads them must also have them as inputs: only then does Snakemake (9.27) ask
    anew, in the same run, what is needed when a list is made again."""
    return [f"results/soundtracks/{model}/items.tsv" for model in config["use"]["soundtracks"]]


def all_soundtracks(wildcards):
    if not config["use"]["soundtracks"]:
        raise WorkflowError("use.soundtracks names no model: give it some, such as [soundtrack_retrieval, wavenet]")
    made = [row["wav"] for model in config["use"]["soundtracks"] for row in soundtracks_of(model)]
    return [*items_tables(wildcards), *made, *renders_with_sound(), "results/evaluation/soundtracks.csv"]


def renders_in_gallery(wildcards):
    return renders_with_sound() if config["soundtrack"]["in_gallery"] else []


def tables_in_gallery(wildcards):
    """The tables with the titles of the videos whose clips are in the gallery."""
    if not config["soundtrack"]["in_gallery"]:
        return []
    names = {row["set"] for model in config["use"]["soundtracks"] for row in soundtracks_of(model)} - {SONGS}
    return [f"results/admitted/{name}.tsv" for name in sorted(names)]


def sounding_collections():
    """The collections that soundtracks are made for, or from."""
    if not config["use"]["soundtracks"]:
        return []
    datasets = {config["models"][model]["dataset"] for model in config["use"]["soundtracks"]}
    names = {name for dataset in datasets for name in config["datasets"][dataset]["collections"]}
    return sorted(names | {value if kind == "collection" else value[0] for kind, value in SOUNDING if kind != "split"})


# ---- what it depends on ----


def soundtrack_model_config(wildcards):
    entry = config["models"][wildcards.model]
    return canonical_json({key: entry[key] for key in ("architecture", "settings", "seed", "genres")})


def soundtrack_model_code(wildcards):
    return code("train.fit_soundtrack", f"models.{config['models'][wildcards.model]['architecture']}.model")


def soundtrack_config(wildcards):
    return canonical_json(soundtrack_settings(config, wildcards.model, int(wildcards.sample)))


def soundtrack_code(wildcards):
    return code("soundtrack.generate", f"models.{config['models'][wildcards.model]['architecture']}.model")


def genre_of_video(wildcards):
    """What a video's dance is said to be."""
    rows = table(admission(wildcards.set), "id", "genre")
    return next((row["genre"] for row in rows if row["id"] == wildcards.video), "")


def sound_render_config(wildcards):
    """What is written on the picture of a dance with new sound, or of captured motion as it was."""
    model = getattr(wildcards, "model", None)
    heard = f"sound by {model.replace('_', ' ')}" if model else "original sound"
    if hasattr(wildcards, "dancer"):
        performer = wildcards.dancer.replace("_", " ")
        words = {"title": song_title(wildcards.song), "subtitle": f"danced by {performer}, {heard}"}
    else:
        performer = f"{wildcards.video} {wildcards.clip}"
        words = {"title": performer, "subtitle": heard}
    # The dancer looks the same whatever is heard.
    return canonical_json(render_settings() | words | {"performer": performer})
