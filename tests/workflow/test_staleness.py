"""Only what is stale is made again, judged on the finished tiny run by what a dry run would start."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import pytest
from workflow_runs import Workflow, started

from workflow_scripts.workflow.media import probe

pytestmark = pytest.mark.workflow

TARGETS = ("results/animations", "results/evaluation/comparison.csv", "results/evaluation/demo.json")
FROM_POSES = {
    "estimate_poses",
    "ledger",
    "verdict",
    "build_dataset",
    "train_network",
    "build_motion_graph",
    "generate_dance",
    "render_dance",
    "measure_dance",
    "export_viewer",
    "make_gallery",
    "measure_reference",
    "measure_controls",
    "evaluate_model",
    "evaluate_demo",
    "compare_models",
}


@contextmanager
def edited(path: Path, old: str, new: str) -> Iterator[None]:
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new, 1))
    try:
        yield
    finally:
        path.write_text(before)


def test_the_run_made_what_it_promises(finished: Workflow) -> None:
    videos = sorted((finished.work / "results" / "animations").glob("*.mp4"))
    assert len(videos) == 2
    for video in videos:
        info = probe(video)
        assert info.video is not None
        assert (info.video.width, info.video.height) == (320, 240)
        assert info.audio_rate == 44100
    assert (finished.work / "results" / "animations" / "index.html").exists()
    # A page in three dimensions beside each, and what was measured on its card.
    assert {page.stem for page in (finished.work / "results" / "animations").glob("*__*.html")} == {
        video.stem for video in videos
    }
    assert (finished.work / "results" / "animations" / "index.html").read_text().count("<dt>on the beat</dt>") == 3


def test_a_second_run_has_nothing_to_do(finished: Workflow) -> None:
    done = finished.run(*TARGETS)
    assert done.returncode == 0, done.stdout
    assert "Nothing to be done" in done.stdout


def test_another_width_makes_only_the_pictures_again(finished: Workflow) -> None:
    with edited(finished.config, "width: 320", "width: 400"):
        assert set(finished.planned(*TARGETS)) == {"render_dance", "make_gallery"}


def test_the_page_s_own_sources_make_pages_again(finished: Workflow) -> None:
    script = finished.project / "workflow_scripts" / "export" / "viewer" / "page" / "controls.js"
    with edited(script, "const SPEEDS", "// more\nconst SPEEDS"):
        assert finished.planned(*TARGETS) == {"export_viewer": 2, "make_gallery": 1}
    with edited(finished.config, "render:\n", "render:\n  viewers_in_gallery: false\n"):
        assert set(finished.planned(*TARGETS)) == {"make_gallery"}


def test_all_models_side_by_side_are_one_more_video_for_each_song(finished: Workflow) -> None:
    with edited(finished.config, "width: 320", "width: 320\n  together: true"):
        assert finished.planned(*TARGETS) == {"render_together": 1, "make_gallery": 1}
        video = finished.work / "results" / "renders" / "together" / "songs" / "song01_0.mp4"
        done = finished.run(str(video.relative_to(finished.work)))
        assert done.returncode == 0, done.stdout
    with av.open(str(video)) as container:
        assert container.metadata["artist"] == "motion graph, seq2seq"
        assert container.streams.video[0].frames > 300
    shutil.rmtree(video.parents[1])


def test_a_pose_parameter_makes_poses_and_all_after_them_again_and_downloads_nothing(finished: Workflow) -> None:
    with edited(finished.project / "config.yaml", "smoothing_s: 0.37", "smoothing_s: 0.2"):
        assert set(finished.planned(*TARGETS)) == FROM_POSES


def test_an_edited_module_makes_exactly_what_uses_it_again(finished: Workflow) -> None:
    module = finished.project / "workflow_scripts" / "pose" / "estimate.py"
    with edited(module, "def main() -> None:", "CHANGED = True\n\n\ndef main() -> None:"):
        assert set(finished.planned(*TARGETS)) == FROM_POSES


def test_touching_moving_and_commenting_make_nothing_again(finished: Workflow, tmp_path: Path) -> None:
    for path in (finished.project / "workflow_scripts").rglob("*.py"):
        os.utime(path)
    comment = "# A comment.\n"
    with edited(finished.project / "workflow_scripts" / "pose" / "estimate.py", "\nimport", "\n" + comment + "import"):
        assert not finished.planned(*TARGETS)
    moved = Workflow(tmp_path / "moved project", tmp_path / "moved work", finished.config)
    shutil.copytree(finished.project, moved.project)
    shutil.copytree(finished.work, moved.work, symlinks=True)
    assert not moved.planned(*TARGETS)


def test_a_model_setting_trains_that_model_again_and_no_other(finished: Workflow) -> None:
    with edited(finished.config, "hidden: 16", "hidden: 24"):
        planned = finished.planned(*TARGETS)
    assert planned["train_network"] == 1
    assert not planned.keys() & {"build_motion_graph", "build_dataset", "extract_features", "estimate_poses"}
    assert planned["generate_dance"] == 1
    assert planned["render_dance"] == 1


def test_a_model_s_own_way_of_dancing_makes_its_dances_again_and_trains_nothing(finished: Workflow) -> None:
    with edited(finished.config, "  seq2seq:\n", "  seq2seq:\n    generate: {length: 5}\n"):
        planned = finished.planned(*TARGETS)
    assert planned["generate_dance"] == 1
    assert not planned.keys() & {"train_network", "build_motion_graph", "build_dataset"}


def test_more_dances_to_held_out_songs_are_that_evaluation_s_alone(finished: Workflow) -> None:
    with edited(finished.project / "config.yaml", "held_out_samples: 4", "held_out_samples: 2"):
        assert finished.planned("evaluation") == {"evaluate_held_out": 2, "compare_held_out": 1, "evaluation": 1}
    for model in ("motion_graph", "seq2seq"):
        result = json.loads((finished.work / f"results/evaluation/held_out/{model}.json").read_text())
        assert (result["samples"], result["model"]) == (4, model)


@pytest.mark.parametrize(
    ("architecture", "entry", "part", "own", "later"),
    [
        ("pose_clusters", "find_clusters", "clusters.h5", "clusters: {count: 9}", "hidden: 8"),
        ("pose_gan", "fit_pose_gan", "pose_gan.ckpt", "pose: {latent: 9}", "hidden: 8"),
    ],
)
def test_a_first_step_follows_its_own_settings_alone(
    finished: Workflow, architecture: str, entry: str, part: str, own: str, later: str
) -> None:
    """What its job is given is what it is compared by."""

    def given(settings: str) -> str:
        model = f"  {architecture}: {{architecture: {architecture}, dataset: main, settings: {{{settings}}}}}\n"
        with edited(finished.config, "  seq2seq:\n", f"{model}  seq2seq:\n"):
            done = finished.run("--dry-run", "--printshellcmds", f"results/models/{architecture}/checkpoint.ckpt")
        assert done.returncode == 0, done.stdout
        assert f"--part results/models/{architecture}/{part}" in done.stdout
        found = re.search(rf"train\.{entry} .*?--config '([^']*)'", done.stdout)
        assert found
        return found[1]

    assert given("") == given(later) != given(own)


def test_a_seed_that_is_not_there_is_said_at_once(finished: Workflow) -> None:
    with edited(finished.config, "  seq2seq:\n", "  seq2seq:\n    generate: {seed_pose: 'gone.h5:0:1'}\n"):
        done = finished.run("--dry-run", *TARGETS)
    assert done.returncode != 0
    assert "seed_pose of seq2seq: there is no file gone.h5" in done.stdout


def groups(output: str) -> set[str]:
    """The groups of music features that a run would make."""
    return set(re.findall(r"^ +output: results/features/(\w+)/", output, flags=re.MULTILINE))


def dry_run(workflow: Workflow) -> str:
    done = workflow.run("--dry-run", *TARGETS)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_one_more_feature_set_computes_that_one_alone(finished: Workflow) -> None:
    with edited(finished.project / "config.yaml", "feature_set: edge35", "feature_set: [edge35, mfcc_mean]"):
        output = dry_run(finished)
    assert groups(output) == {"mfcc_mean"}
    planned = started(output)
    assert planned["extract_features"] == 3  # of two videos and a song
    assert {"build_dataset", "train_network"} <= set(planned)
    assert "estimate_poses" not in planned


def test_a_setting_of_one_group_makes_that_group_again(finished: Workflow) -> None:
    with edited(finished.project / "config.yaml", "compat: none", "compat: edge"):
        assert groups(dry_run(finished)) == {"rhythm"}
    with edited(finished.project / "config.yaml", "normalise: per_band", "normalise: pcen"):
        assert not finished.planned(*TARGETS)


def test_a_new_name_in_the_table_of_features_makes_no_feature_again(finished: Workflow) -> None:
    table = finished.project / "workflow_scripts" / "motion" / "feature_sets.py"
    with edited(
        table, '    "chroma": ("chroma_cens",),', '    "chroma": ("chroma_cens",),\n    "new": ("rms", "onset"),'
    ):
        assert "extract_features" not in finished.planned(*TARGETS)


def test_augmenting_trains_again_and_builds_no_dataset(finished: Workflow) -> None:
    with edited(finished.config, "  seq2seq:\n", "  seq2seq:\n    augment: {mirror: true}\n"):
        planned = finished.planned(*TARGETS)
    assert planned["train_network"] == 1
    assert not planned.keys() & {"build_motion_graph", "build_dataset", "extract_features"}


def test_where_the_store_is_makes_nothing_again(finished: Workflow, tmp_path: Path) -> None:
    with edited(finished.project / "config.yaml", 'store: ""', f"store: {tmp_path}"):
        assert not finished.planned(*TARGETS)


def test_a_dataset_has_a_page(finished: Workflow) -> None:
    done = finished.run("datasets")
    assert done.returncode == 0, done.stdout
    assert "song" in (finished.work / "results" / "datasets" / "main.html").read_text()


@pytest.mark.parametrize("target", ["datasets", "models", "evaluation", "results/animations"])
def test_a_collection_that_is_new_in_the_configuration_is_seen(finished: Workflow, target: str) -> None:
    twin = "collections:\n  twin: {source: demo}\n"
    with edited(finished.config, "use:\n", f"{twin}use:\n  collections: [demo, twin]\n"):
        assert finished.planned(target)["list_collection"] == 1


def test_an_export_is_made_alone_and_made_again_when_its_own_form_changes(finished: Workflow) -> None:
    files = [f"results/exports/motion_graph/songs/song01_0.{suffix}" for suffix in ("bvh", "h36m17.npy", "tsv")]
    done = finished.run(*files)
    assert done.returncode == 0, done.stdout
    assert started(done.stdout) == {"export_dance": 3}
    assert (finished.work / files[0]).read_text().startswith("HIERARCHY")
    form = finished.project / "workflow_scripts" / "export" / "tsv.py"
    with (
        edited(finished.project / "config.yaml", "formats: [bvh, glb, html, tsv,", "formats: [bvh, tsv,"),
        edited(form, "TIME_DIGITS, DIGITS = 6, 5", "TIME_DIGITS, DIGITS = 6, 4"),
    ):
        # The table again, the two forms not asked for yet, and all five of the other model's dance.
        assert finished.planned("exports") == {"exports": 1, "export_dance": 8}
