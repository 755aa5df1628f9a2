# Which items and files take part in which rule, in the order of the stages.
from workflow_scripts.collect.playlist import COLUMNS
from workflow_scripts.collect.verdict import too_much
from workflow_scripts.generate.settings import dance_settings, seed_place
from workflow_scripts.motion.formats.registry import IN_THE_PICTURE
from workflow_scripts.pose.backends.registry import recorded_backend
from workflow_scripts.pose.weights import used_weights


def collections_of(motion):
    """A wildcard pattern of the collections of motion, or of those of videos and songs (one that matches nothing when
    there are none)."""
    names = [name for name, entry in config["collections"].items() if ("motion" in entry) == motion]
    return "|".join(names + ([] if motion else [SONGS])) or "(?!)"


def listed(collection):
    """The rows of a collection's playlist. Waits for the listing."""
    return table(checkpoints.list_collection.get(collection=collection).output[0], *COLUMNS)


def row_of(wildcards):
    """The playlist's row of one video."""
    for row in listed(wildcards.collection):
        if row["id"] == wildcards.video:
            return row
    known = ", ".join(row["id"] for row in listed(wildcards.collection)[:5])
    raise WorkflowError(f"{wildcards.collection} has no video {wildcards.video!r}; its first ones are: {known}")


def admission(collection):
    """The path of the table of a collection's good and bad videos. Waits for all of its downloads."""
    # Whoever asks for admission must have asked for the listing itself: Snakemake (9.27) leaves the input of a
    # checkpoint open, and runs it without, if only that input asks for another checkpoint that is finished already.
    listed(collection)
    return checkpoints.admit.get(collection=collection).output[0]


def admitted(collection):
    """The ids of a collection's good videos."""
    path = admission(collection)
    # What was admitted in an earlier run and is no longer listed is none of ours.
    names = {row["id"] for row in listed(collection)}
    return [row["id"] for row in table(path, "id", "verdict") if row["verdict"] == "ok" and row["id"] in names]


def used_songs():
    """The ids of the songs to dance to: the good ones that `use.songs` selects."""
    chosen, good = config["use"]["songs"], admitted(SONGS)
    if chosen == "all":
        return good
    known = [row["id"] for row in listed(SONGS)]
    if unknown := [name for name in chosen if name not in known]:
        raise WorkflowError(f"use.songs: there is no song {unknown[0]!r}; the songs are: {', '.join(known)}")
    return [name for name in chosen if name in good]


def used_datasets():
    return sorted({config["models"][model]["dataset"] for model in config["use"]["models"]})


def used_collections():
    """The collections that some dataset of a used model is made of, and those that get a sound."""
    names = {name for dataset in used_datasets() for name in config["datasets"][dataset]["collections"]}
    return sorted(names | set(config["use"]["collections"]) | set(sounding_collections()))


def all_admitted():
    """Admission of all that takes part; as a plain input it lets all collections be fetched at the same time."""
    return [f"results/admitted/{collection}.tsv" for collection in [*used_collections(), SONGS]]


def sources_of(entry):
    return entry["source"] if isinstance(entry["source"], list) else [entry["source"]]


def uses_demo():
    return any("demo" in sources_of(config["collections"][name]) for name in used_collections())


def feature_files(feature_set, collection, video):
    return [f"results/features/{group}/{collection}/{video}.h5" for group in groups_of(feature_set)]


def lifter_of(wildcards):
    """Motion in the picture has to be lifted into space; motion in space needs nothing."""
    return ["results/lifter.npz"] if config["collections"][wildcards.collection]["motion"] in IN_THE_PICTURE else []


BACKEND_CHOICE = Path("results/pose_backend.json")


def pose_backend():
    """The backend that poses are estimated with. Waits for the decision where it is `auto`."""
    if config["pose"]["backend"] != "auto":
        return config["pose"]["backend"]
    try:
        return recorded_backend(Path(checkpoints.choose_backend.get().output[0]))
    except UserError as error:
        raise WorkflowError(str(error))


def weights_of_backend(wildcards):
    """The weights of the backend's networks; what they hold is fixed by their names.

    It is here that a job waits for the decision: written down it is no input, since poses are the same whether their
    backend was decided or configured. Poses that are there already would wait in vain: Snakemake makes no decision for
    them, and without one it does not see what changed. So it has to be made first."""
    poses = Path(f"results/poses/{wildcards.collection}/{wildcards.video}.h5")
    if config["pose"]["backend"] == "auto" and poses.exists() and not BACKEND_CHOICE.exists():
        raise WorkflowError(
            f"pose.backend: auto is not decided yet, and {poses} is there already. Decide with"
            f" `snakemake --cores 1 {BACKEND_CHOICE}` (with the options of this run), then run this again"
        )
    return [ancient(path) for path in mmpose_weights(wildcards)] if pose_backend() == "mmpose" else []


def mmpose_weights(wildcards):
    return [f"weights/{name}.pt" for name in used_weights(config["pose"]["mmpose"])]


def is_demo(url):
    return url.startswith("demo:")


def videos_of(collections):
    """(collection, video) of every admitted video."""
    return [(collection, video) for collection in collections for video in admitted(collection)]


def all_clips():
    return [f"results/clips/{collection}/{video}/clips.tsv" for collection, video in videos_of(used_collections())]


def fingerprints_of(collections):
    return [f"results/fingerprints/{collection}/{video}.npz" for collection, video in videos_of(collections)]


def all_poses(wildcards):
    return [f"results/poses/{collection}/{video}.h5" for collection, video in videos_of(used_collections())]


def all_features(wildcards):
    sets = {config["datasets"][dataset]["feature_set"] for dataset in used_datasets()}
    videos = videos_of(used_collections())
    songs = [(SONGS, song) for song in used_songs()]
    return sorted({file for item in videos + songs for name in sets for file in feature_files(name, *item)})


def dataset_admitted(wildcards):
    return [ancient(admission(collection)) for collection in config["datasets"][wildcards.dataset]["collections"]]


def dataset_poses(wildcards):
    videos = videos_of(config["datasets"][wildcards.dataset]["collections"])
    return [f"results/poses/{collection}/{video}.h5" for collection, video in videos]


def dataset_inputs(wildcards):
    entry = config["datasets"][wildcards.dataset]
    videos = videos_of(entry["collections"])
    return dataset_poses(wildcards) + [file for item in videos for file in feature_files(entry["feature_set"], *item)]


def dataset_of(wildcards):
    return f"results/datasets/{config['models'][wildcards.model]['dataset']}.h5"


# The files of the first steps of models that are made in two.
PARTS = {"pose_clusters": "clusters.h5", "pose_gan": "pose_gan.ckpt"}


def part_of(wildcards):
    architecture = config["models"][wildcards.model]["architecture"]
    return [f"results/models/{wildcards.model}/{PARTS[architecture]}"] if architecture in PARTS else []


def models_of(*architectures):
    """A wildcard pattern of the models with these architectures (one that matches nothing when there are none)."""
    names = [name for name, entry in config["models"].items() if entry["architecture"] in architectures]
    return "|".join(names) or "(?!)"


def model_features(wildcards):
    dataset = config["models"][wildcards.model]["dataset"]
    return feature_files(config["datasets"][dataset]["feature_set"], SONGS, wildcards.item)


def seed_of(model, sample):
    """The pose file that a model's dances go on from, if they do."""
    place = seed_place(dance_settings(config, model, sample)["seed_pose"])
    return [str(place[0])] if place else []


def seed_file(wildcards):
    return seed_of(wildcards.model, int(wildcards.sample))


# Said at the start: Snakemake (9.27) takes a dance that is there already for up to date when a file it needs is missing.
for model in config["use"]["models"]:
    for path in seed_of(model, 0):
        if not path.startswith("results/") and not Path(path).exists():
            raise WorkflowError(f"seed_pose of {model}: there is no file {path}")


def used_dances():
    """(model, song, sample) of every dance that takes part."""
    samples = range(config["generate"]["samples"])
    return [(model, song, sample) for model in config["use"]["models"] for song in used_songs() for sample in samples]


def all_dances(wildcards):
    return [f"results/dances/{model}/songs/{song}_{sample}.h5" for model, song, sample in used_dances()]


def used_renders():
    """The videos of the dances that take part: of each, and of all models' together where that is asked for."""
    models = [f"{model}/songs/{song}_{sample}" for model, song, sample in used_dances()]
    together = sorted({f"{TOGETHER}/songs/{song}_{sample}" for _, song, sample in used_dances()})
    return [f"results/renders/{name}.mp4" for name in models + (together if config["render"]["together"] else [])]


def viewers_in_gallery(wildcards):
    """The pages that show the dances in three dimensions, where they are wanted beside the videos."""
    if not config["render"]["viewers_in_gallery"]:
        return []
    return [f"results/exports/{model}/songs/{song}_{sample}.html" for model, song, sample in used_dances()]


def everything_made(wildcards):
    """Every file between the clips and the videos of the dances."""
    models = [f"results/models/{model}/model.json" for model in config["use"]["models"]]
    datasets = [f"results/datasets/{dataset}.h5" for dataset in used_datasets()]
    parts = [*all_poses(wildcards), *all_features(wildcards), *datasets, *models, *all_dances(wildcards)]
    return [*parts, "results/duplicates.tsv"]


def dances_of(wildcards):
    return [
        f"results/dances/{model}/songs/{song}_{sample}.h5"
        for model, song, sample in used_dances()
        if model == wildcards.model
    ]


def measures_of(wildcards):
    return [
        f"results/evaluation/dances/{model}/songs/{song}_{sample}.json"
        for model, song, sample in used_dances()
        if model == wildcards.model
    ]


def reference_of(wildcards):
    return f"results/evaluation/reference/{config['models'][wildcards.model]['dataset']}.h5"


def compared_models():
    """The used models that dance; says so where there are none."""
    if not config["use"]["models"]:
        raise WorkflowError("use.models names no model that dances: there is nothing to evaluate")
    return config["use"]["models"]


def networks():
    """The used models that learn by gradient, and so have a history."""
    return [name for name in config["use"]["models"] if config["models"][name]["architecture"] != "motion_graph"]


def all_figures(wildcards):
    names = ["bars", "genres", "phases", "learning", *(f"beats/{song}" for song in used_songs())]
    return [f"results/evaluation/figures/{name}.svg" for name in names]


def aistpp_protocol_of():
    """The protocol's settings, for those who ask for it."""
    if config["evaluate"]["aistpp"] is None:
        raise WorkflowError(
            "evaluate.aistpp is not set: config/examples/aistpp.yaml shows how, docs/aistpp.md says more"
        )
    return config["evaluate"]["aistpp"]


def aistpp_dances(wildcards):
    """Every dance, for the protocol picks those that are its cases; says so where there is no protocol."""
    return all_dances(wildcards) if aistpp_protocol_of() else []


def demo_videos(wildcards):
    videos = [(name, row) for name in used_collections() for row in listed(name) if is_demo(row["url"])]
    return [(name, row["id"]) for name, row in videos if row["id"] in admitted(name)]


def parts_are_missing():
    """Whether a gallery stands although a file it was made from is gone."""
    return Path("results/animations").exists() and not all(Path(path).exists() for path in everything_made(None))


def ledger_exceeds_limit():
    return too_much(Path("results/quarantine.tsv"), [Path(path) for path in all_admitted()], config["max_quarantined"])
