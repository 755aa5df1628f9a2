# What outputs depend on besides their input files: their part of the configuration, their code.
from snakemake.exceptions import IncompleteCheckpointException

from workflow_scripts.collect.addresses import is_search, is_url
from workflow_scripts.collect.cutting.cuts import cuts_for, read_cuts
from workflow_scripts.collect.fetching.limits import LIMITS
from workflow_scripts.collect.fetching.network import announce_network
from workflow_scripts.collect.retry import asked_for
from workflow_scripts.collect.sources.local import collection_digest, local_digest
from workflow_scripts.collect.sources.motion import motion_source
from workflow_scripts.motion.formats.registry import module_of
from workflow_scripts.pose.backends.registry import module_of as backend_module
from workflow_scripts.pose.weights import WEIGHTS

# Read at the start, so that a mistake in a list is said before anything runs.
try:
    CUTS = {name: read_cuts(path) for name in config["collections"] if (path := Path(f"cuts/{name}.tsv")).exists()}
except UserError as error:
    raise WorkflowError(str(error))
for name in CUTS:
    if "motion" in config["collections"][name]:
        raise WorkflowError(f"cuts/{name}.tsv: {name} is a collection of motion, and cut lists are for videos")

# Raise this by hand when downloads should be made again. It stands in the place of a code digest: an edited line
# must not fetch a playlist again.
DOWNLOAD_VERSION = 2
# The same for listings of web addresses: an edited line must not list a playlist again either.
LISTING_VERSION = 3

# How the network is reached decides nothing about what comes from there: it reaches the jobs beside their parameters, so
# that another proxy downloads nothing again.
announce_network(config["download"])


def listing_config(collection):
    """What a collection's listing depends on."""
    if collection == SONGS:
        entry = {"source": config["songs"], "kind": "songs"}
    else:
        entry = {
            key: value
            for key, value in config["collections"][collection].items()
            # The genre is the admission's matter: another one lists nothing again.
            if key not in ("trim", "cutting", "genre")
            and (key != "fps" or "motion" in config["collections"][collection])
        }
        entry["kind"] = "videos"
    return entry | ({"demo": config["demo"]} if "demo" in sources_of(entry) else {})


def listing_code(wildcards):
    if any(is_url(source) or is_search(source) for source in sources_of(listing_config(wildcards.collection))):
        return LISTING_VERSION
    kind = config["collections"].get(wildcards.collection, {}).get("motion")
    return code("collect.list_collection", *([f"collect.sources.motion.{motion_source(kind)}"] if kind else []))


def download_config(wildcards):
    """What a download depends on besides its row."""
    url = row_of(wildcards)["url"]
    entry = {"kind": "songs" if wildcards.collection == SONGS else "videos"}
    if is_url(url):
        entry["format"] = config["download"]["format"]
    if is_demo(url):
        entry["demo"] = {"seed": config["demo"]["seed"]}
    status = Path(f"results/videos/{wildcards.collection}/{wildcards.video}.json")
    limits = {key: config["download"][key] for key in LIMITS}
    return canonical_json(entry | asked_for(status, config["retry"], limits))


def limits():
    """The limits as they are now, for a second look at what was downloaded under others."""
    return canonical_json({key: config["download"][key] for key in LIMITS if key != "match_filter"})


def cut_config(wildcards):
    if wildcards.collection == SONGS:
        return canonical_json({"kind": "songs"})
    entry = config["collections"][wildcards.collection]
    if "motion" in entry:
        return canonical_json({"kind": "motion"})
    return canonical_json({"kind": "videos"} | {key: entry[key] for key in ("fps", "trim", "cutting")})


def motion_config(wildcards):
    """How a collection of motion is read."""
    entry = config["collections"][wildcards.collection]
    return canonical_json({key: entry[key] for key in ("motion", "fps")})


def motion_code(entry):
    """The code of an entry point that reads motion, and of the reader it chooses by the collection's format."""

    def of_collection(wildcards):
        return code(entry, f"motion.formats.{module_of(config['collections'][wildcards.collection]['motion'])}")

    return of_collection


def pose_config(wildcards):
    """How poses are estimated: with what `auto` was decided to be, and without the settings of other backends."""
    entry = config["pose"] | {"backend": pose_backend()}
    return canonical_json({key: value for key, value in entry.items() if key != "mmpose" or pose_backend() == key})


def pose_code(wildcards):
    # Only the backend in use: editing one makes no poses of another stale.
    return code("pose.estimate", f"pose.backends.{backend_module(pose_backend())}")


# The groups of music features that have settings: others are not made again when these change.
MUSIC_SETTINGS = {"rhythm": "compat", "spectrogram": "normalise"}


def music_config(wildcards):
    """What a group of music features depends on."""
    keys = [MUSIC_SETTINGS[wildcards.group]] if wildcards.group in MUSIC_SETTINGS else []
    return canonical_json({"fps": 30} | {key: config["music"][key] for key in keys})


# What each kind of imported motion takes from the pose stage's settings: no backend, and only what has to be lifted from
# a picture into space is cleaned.
LIFTED = ("smoothing", "smoothing_s", "depth_smoothing_s", "foot_lock", "max_gap")


def imported_pose_config(wildcards):
    """What imported motion depends on."""
    keys = ("min_detection", "min_quality", *(LIFTED if lifter_of(wildcards) else ()))
    return canonical_json({key: config["pose"][key] for key in keys})


def uses_mmpose():
    """Whether poses come from mmpose. Snakemake asks for resources also while that is still to be decided: not yet."""
    try:
        return pose_backend() == "mmpose"
    except IncompleteCheckpointException:
        return False


def pose_gpus(wildcards):
    """mmpose asks for a GPU, unless it is told to do without."""
    return int(uses_mmpose() and config["pose"]["mmpose"]["device"] != "cpu")


def pose_threads(wildcards):
    """Beside a GPU, which is faster than one thread decodes, four; estimators that use the CPU take one."""
    return 4 if pose_gpus(wildcards) else 1


def download_code(wildcards):
    # The demo corpus is computed, not fetched: it follows the code that makes it.
    return code("demo.world") if is_demo(row_of(wildcards)["url"]) else DOWNLOAD_VERSION


def cuts_of(wildcards):
    """The parts of one video that cuts/{collection}.tsv asks for; [] means all of it."""
    try:
        return cuts_for(row_of(wildcards), CUTS.get(wildcards.collection, {}))
    except UserError as error:
        raise WorkflowError(f"cuts/{wildcards.collection}.tsv: {error}")


def dataset_rows(wildcards):
    """What a dataset takes from the admission tables, as one digest."""
    rows = [
        [collection, *(row[key] for key in ("id", "genre", "dancer", "split", "song"))]
        for collection in config["datasets"][wildcards.dataset]["collections"]
        for row in table(admission(collection), "id", "verdict", "genre", "dancer", "split", "song")
        if row["verdict"] == "ok"
    ]
    return digest(rows)


def model_config(wildcards):
    entry = config["models"][wildcards.model]
    return canonical_json({key: entry[key] for key in ("architecture", "settings", "seed", "augment", "genres")})


def train_devices(wildcards):
    """GPUs, or processes where there are none, that a network is trained on."""
    return config["models"][wildcards.model]["settings"].get("devices", 1)


def train_gpus(wildcards):
    """Several devices are meant to be GPUs; one network alone takes a GPU if it finds one, and asks for none."""
    devices = train_devices(wildcards)
    return devices if isinstance(devices, int) and devices > 1 else 0


def train_threads(wildcards):
    """A thread for each process."""
    devices = train_devices(wildcards)
    return devices if isinstance(devices, int) and devices > 0 else 1


def clusters_config(wildcards):
    """What clusters depend on: other settings of the model cluster nothing again."""
    entry = config["models"][wildcards.model]
    return canonical_json(
        {key: entry[key] for key in ("seed", "augment", "genres")} | {"clusters": entry["settings"].get("clusters", {})}
    )


def pose_gan_config(wildcards):
    """What the first step of `pose_gan` depends on."""
    entry = config["models"][wildcards.model]
    settings = {key: value for key, value in entry["settings"].items() if key == "pose"}
    return canonical_json(
        {"settings": settings} | {key: entry[key] for key in ("architecture", "seed", "augment", "genres")}
    )


def model_code(wildcards):
    # Only the chosen architecture: editing one model makes no other stale.
    return code("train.fit", f"models.{config['models'][wildcards.model]['architecture']}.model")


def held_out_config(wildcards):
    """How a model dances to the songs that were kept from it."""
    entry = config["evaluate"]
    values = {"samples": entry["held_out_samples"], "clips": entry["held_out_clips"]}
    return canonical_json(values | {"seed": config["generate"]["seed"]})


def song_title(song):
    return next((row["title"] for row in table(admission(SONGS), "id", "title") if row["id"] == song), "") or song


def render_settings():
    """How videos are drawn."""
    return {key: value for key, value in config["render"].items() if key not in ("together", "viewers_in_gallery")}


def picture_resources(dancers):
    """Memory (MB) and time (minutes) of a video: they grow with its pixels, frames and dancers."""
    from workflow_scripts.render.settings import RenderSettings

    settings = RenderSettings(**render_settings())
    width, height = settings.size
    share = width * height / (1280 * 720)
    return round(1200 + 200 * share + 100 * dancers), round(60 * max(share, 1) * settings.fps / 30 * (1 + dancers) / 2)


def render_config(wildcards):
    subtitle = wildcards.model.replace("_", " ")
    return canonical_json(render_settings() | {"title": song_title(wildcards.item), "subtitle": subtitle})


def unnamed_config(wildcards):
    """As for one dance, without any word, by the same dancer whatever the model, and of the song's middle only."""
    return canonical_json(render_settings() | {"title": "", "subtitle": "", "middle_s": config["abx"]["seconds"]})


def abx_config(wildcards):
    """What the page of the comparison says and asks: the length is the videos' matter."""
    return canonical_json({key: config["abx"][key] for key in ("question", "pairs", "seed")})


def together_config(wildcards):
    """As for one dance, with the name of every model in the place of the subtitle."""
    captions = [model.replace("_", " ") for model in config["use"]["models"]]
    return canonical_json(render_settings() | {"title": song_title(wildcards.item), "subtitle": captions})


def aistpp_places():
    """Where the protocol finds the data set, and the user's joints if there are some."""
    protocol = aistpp_protocol_of()
    source = str(Path(config["collections"][protocol["collection"]]["source"]).expanduser())
    joints = protocol["joints"]
    return ["--source", source, *(["--joints", str(Path(joints).expanduser())] if joints else [])]


def aistpp_contents():
    return local_digest(aistpp_places()[1::2], every_file=True)


# Said at the start: the protocol comes after all training.
if config["evaluate"]["aistpp"] is not None:
    for place in aistpp_places()[1::2]:
        if not Path(place).is_dir():
            raise WorkflowError(f"evaluate.aistpp: there is no folder {place}")
