"""What the report reads from the files of a run."""

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tiny_dances import click, swing

from tests.report.tiny_run import CONFIG, MODELS, write_run
from workflow_scripts.motion.dataset_file import read_dataset
from workflow_scripts.motion.pose_file import KEPT, PoseClip, PoseFile, write_poses
from workflow_scripts.report.gather import films
from workflow_scripts.report.gather.configuration import as_yaml, reusable, seeds
from workflow_scripts.report.gather.corpus import (
    left_out_of,
    left_out_parts,
    left_out_whole,
    read_collection,
    titles_of,
)
from workflow_scripts.report.gather.models import read_costs, read_model
from workflow_scripts.report.gather.versions import commit, package_digest, recorded_versions
from workflow_scripts.workflow.config import checked_config
from workflow_scripts.workflow.provenance import ROOT


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


def test_a_collection_counts_what_is_good_and_what_it_was_cut_into(results: Path) -> None:
    found = read_collection(results, "tiny")
    assert (found.listed, found.good, found.clips) == (3, 2, 4)
    assert (found.minutes, found.clip_minutes) == pytest.approx((3.0, 2.0))
    assert found.genres == pytest.approx({"house": 2.0})
    assert list(titles_of(results, "tiny")) == ["v0", "v1"]


def test_what_an_earlier_run_left_is_none_of_this_one(tmp_path: Path) -> None:
    results = write_run(tmp_path)
    listed = results / "playlists" / "tiny.tsv"
    listed.write_text("".join(line for line in listed.read_text().splitlines(True) if not line.startswith("v1\t")))
    found = read_collection(results, "tiny")
    assert (found.listed, found.good, found.clips) == (2, 1, 2)
    assert list(titles_of(results, "tiny")) == ["v0"]
    assert [(each.reason, each.count) for each in left_out_parts(results, ["tiny"])] == [("speech", 1), ("black", 1)]


def test_reasons_are_counted_without_the_address_and_the_most_frequent_comes_first(results: Path) -> None:
    first, _, third = left_out_whole(results / "quarantine.tsv")
    assert (first.stage, first.reason, first.count) == ("collect", "HTTP Error 404: Not Found", 2)
    assert first.examples == ("tiny/v2", "tiny/v3")
    assert (third.stage, third.seconds) == ("pose", None)


def test_parts_left_out_are_summed_by_reason(results: Path) -> None:
    found = left_out_parts(results, ["tiny"])
    assert [(each.reason, each.count, each.seconds) for each in found] == [("speech", 2, 20.0), ("black", 2, 5.0)]
    assert found[0].examples[0] == "tiny/v0 30–40 s"


def test_a_dataset_says_what_is_not_good_enough_for_it(tmp_path: Path) -> None:
    results = write_run(tmp_path)
    dataset = read_dataset(results / "datasets" / "main.h5")
    assert [each.examples for each in left_out_of(results, dataset)] == [("tiny.v1.0000",)]
    person = swing(click(2.0, 120.0))
    for video, qualities in {"v0": [0.2, 0.7], "v1": [0.2, 0.3]}.items():
        clip = PoseClip(0.0, 2.0, verdict=KEPT, people=[replace(person, quality=quality) for quality in qualities])
        bad = PoseClip(0.0, 2.0, verdict="nobody dances", people=[replace(person, quality=0.1)])
        clips = {"0000": clip, "0001": bad}
        write_poses(results / "poses" / "tiny" / f"{video}.h5", PoseFile(30.0, video, "test", clips))
    dataset.provenance["config"]["min_quality"] = 0.5
    poor = left_out_of(results, dataset)[0]
    # Not v0, of whose people one is good enough, nor what the pose stage left out and the ledger tells.
    assert (poor.stage, poor.reason) == ("dataset", "pose quality is below the dataset's 0.5")
    assert poor.examples == ("tiny/v1.0000",)


def test_costs_are_summed_by_rule_and_broken_tables_are_passed_over(results: Path) -> None:
    ledger, cut = read_costs(results.parent / "logs" / "benchmarks")
    assert (ledger.rule, ledger.jobs, ledger.seconds, ledger.memory_mb) == ("ledger", 1, 9.0, 50.0)
    assert (cut.rule, cut.jobs, cut.seconds, cut.memory_mb) == ("cut", 2, 4.0, 100.0)
    assert read_costs(results / "nowhere") == []


def test_a_model_has_the_digest_of_its_checkpoint(results: Path) -> None:
    model = read_model(results, "seq2seq")
    assert model.checkpoint_bytes == len("seq2seq")
    assert model.checkpoint_sha256 == hashlib.sha256(b"seq2seq").hexdigest()


def test_films_of_all_models_and_songs_come_before_second_samples(tmp_path: Path) -> None:
    names = ["seq2seq__b_0", "seq2seq__a_1", "seq2seq__a_0", "motion_graph__a_0", "together__a_0", "seq2seq__gone_0"]
    for name in [*names, "wavenet.songs.a.seq2seq_0"]:
        (tmp_path / f"{name}.mp4").touch()
    chosen = films.choose_films(tmp_path, MODELS, {"b": "", "a": ""})
    assert [file.removesuffix(".mp4") for file, *_ in chosen] == [
        "seq2seq__b_0", "motion_graph__a_0", "seq2seq__a_0", "seq2seq__a_1",
    ]  # fmt: skip


def test_films_end_where_they_would_be_too_many_bytes(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = films.choose_films(results / "animations", MODELS, {"song01": "", "song02": ""})
    made = films.make_films(results / "animations", chosen)
    assert len(made) == 4
    size = len(made[0].poster) + len(made[0].preview)
    monkeypatch.setattr(films, "MOST_BYTES", int(2.5 * size))
    assert len(films.make_films(results / "animations", chosen)) == 2


def test_the_shown_configuration_is_valid_again_and_tells_no_password() -> None:
    given = yaml.safe_load((ROOT / "config.yaml").read_text())
    given["datasets"]["main"]["collections"] = {"demo": 2}
    given["download"]["proxy"] = "http://me:secret@proxy:1"
    checked = checked_config(given)
    shown = as_yaml(reusable(checked))
    assert "secret" not in shown
    again = checked_config(yaml.safe_load(shown))
    assert again["datasets"] == checked["datasets"]
    assert again["models"] == checked["models"]


def test_seeds_are_found_wherever_they_are() -> None:
    assert seeds(CONFIG) == {"models.motion_graph.seed": 3, "models.seq2seq.seed": 3, "datasets.main.seed": 1}


def test_recorded_versions_show_where_outputs_differ() -> None:
    found = recorded_versions([{"versions": {"numpy": "2", "av": "1"}}, {"versions": {"numpy": "1"}}, {}])
    assert found == {"av": ["1"], "numpy": ["1", "2"]}


def test_the_commit_is_that_of_the_checkout_and_marked_where_files_differ(tmp_path: Path) -> None:
    assert commit(tmp_path) == ""
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        (tmp_path / "file").write_text("one")
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True)
    clean = commit(tmp_path)
    assert len(clean) == 40
    (tmp_path / "file").write_text("two")
    assert commit(tmp_path) == clean + "+"
    (tmp_path / "inside").mkdir()
    assert commit(tmp_path / "inside") == ""  # another project's checkout says nothing of ours
    assert len(package_digest()) == 12
