"""The entry points on tiny files, and controls that must lose."""

import csv
import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.evaluate import compare, measure_controls, model, one_dance, reference, songs
from workflow_scripts.evaluate.alone import Motion, alone_of
from workflow_scripts.evaluate.controls import Asked, control_motions
from workflow_scripts.evaluate.group import in_the_bar
from workflow_scripts.evaluate.measures import MEASURES
from workflow_scripts.evaluate.songs import Song, song_scores
from workflow_scripts.motion.dataset_file import SPLITS, Dataset, DatasetClip, Statistics, write_dataset
from workflow_scripts.motion.music_file import Music, MusicFile, write_features
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.windows import WindowPlan
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import write_json

FPS = 30.0
SECONDS = 10.0
TEMPI = {"a": 96.0, "b": 110.0, "c": 131.0}


def beats(bpm):
    return np.arange(0.31, SECONDS, 60 / bpm)


def on_the_beat(bpm):
    """Arms and trunk swing about the hips and rest on every beat."""
    t = np.arange(round(SECONDS * FPS)) / FPS
    world = np.tile(SMPL24.rest_positions, (len(t), 1, 1))
    angle = 0.4 * np.cos(np.pi * bpm / 60 * (t - 0.31))[:, None]
    upper = [3, 6, 9, *range(12, 24)]
    rest = SMPL24.rest_positions[upper] - SMPL24.rest_positions[0]
    world[:, upper, 0] = np.cos(angle) * rest[:, 0] - np.sin(angle) * rest[:, 1]
    world[:, upper, 1] = SMPL24.rest_positions[0, 1] + np.sin(angle) * rest[:, 0] + np.cos(angle) * rest[:, 1]
    return world


def person(world):
    return Person(world - world[:, :1], world[:, 0])


def clip(name, bpm, split):
    music = Music(np.zeros((round(SECONDS * FPS), 35), np.float32), beats(bpm), beats(bpm)[::4], bpm, FPS)
    return DatasetClip("demo", name, "0000", name, "disco", split, 1.0, person(on_the_beat(bpm)), music)


@pytest.fixture
def files(tmp_path):
    nothing, plain = np.zeros((0, 3), np.int64), Statistics(np.zeros(1), np.ones(1))
    clips = [
        clip("v1", 100, "train"),
        clip("v2", 120, "train"),
        clip("v3", 90, "validation"),
        clip("v4", 127, "validation"),
    ]
    write_dataset(
        tmp_path / "main.h5",
        Dataset(FPS, "edge35", WindowPlan("window", 60, 30), clips, dict.fromkeys(SPLITS, nothing), plain, plain),
    )
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "model.json").write_text('{"architecture": "motion_graph"}')
    for song, bpm in TEMPI.items():
        features = {
            "beats": beats(bpm),
            "downbeats": beats(bpm)[::4],
            "tempo": np.array(bpm),
            "beats_per_bar": np.array(4),
            "beat_phase": np.zeros((round(SECONDS * FPS), 1)),
        }
        write_features(tmp_path / f"rhythm/{song}.h5", MusicFile("rhythm", FPS, song, {"0000": features}))
        poses = PoseFile(FPS, song, "graph", {"0000": PoseClip(0.0, SECONDS, people=[person(on_the_beat(bpm))])})
        write_poses(tmp_path / f"dances/{song}_0.h5", poses)
    return tmp_path


def run(monkeypatch, main, *arguments):
    monkeypatch.setattr(sys, "argv", ["evaluate", *map(str, arguments)])
    main()


def measured(monkeypatch, files, dances, songs=tuple(TEMPI), output="graph.json", beats=()):
    """What the rules do with dances (names of files): each by itself, the dataset, the controls, the model."""
    names = [files / f"measures/{dance}.json" for dance in dances]
    rhythms = [files / f"rhythm/{song}.h5" for song in songs]
    for dance, name in zip(dances, names, strict=True):
        rhythm = files / f"rhythm/{dance[0]}.h5"
        run(monkeypatch, one_dance.main, "--dance", files / f"dances/{dance}.h5", "--rhythm", rhythm, "--output", name)
    data = ("--dataset", files / "main.h5")
    run(monkeypatch, reference.main, *data, "--output", files / "reference/main.h5")
    shared = ("--reference", files / "reference/main.h5", "--rhythms", *rhythms, "--beats", *beats)
    run(
        monkeypatch,
        measure_controls.main,
        *data,
        *shared,
        "--config",
        '{"seed": 3}',
        "--output",
        files / "controls.json",
    )
    run(
        monkeypatch,
        model.main,
        *("--model", files / "graph", *shared, "--config", '{"seed": 3}', "--output", files / output),
        *("--dances", *(files / f"dances/{dance}.h5" for dance in dances), "--measures", *names),
    )
    return json.loads((files / output).read_text()), json.loads((files / "controls.json").read_text())


def evaluated(monkeypatch, files, output="graph.json", songs=tuple(TEMPI), beats=()):
    return measured(monkeypatch, files, [f"{song}_0" for song in songs], songs, output, beats)


def test_dances_on_the_beat_are_told_from_every_control(monkeypatch, files):
    result, controls = evaluated(monkeypatch, files)
    assert [row["dance"] for row in result["dances"]] == ["a_0", "b_0", "c_0"]
    rows = result["rows"] | controls["rows"]
    assert set(rows) == {"model", *compare.CONTROLS}
    assert {name: len(dances) for name, dances in controls["dances"].items()} == {
        name: 2 if name.startswith("truth") else 3 for name in compare.CONTROLS
    }
    score = {name: row["beat_alignment"]["mean"] for name, row in rows.items()}
    assert score["model"] > 0.9
    assert score["truth"] > 0.9
    assert rows["model"]["beat_alignment_difference"]["low"] > 0.4
    for control in ("truth_shuffled", "frozen", "noise", "smooth_random", "replay"):
        assert score[control] < 0.6, control
    assert rows["truth_shuffled"]["mean_speed"] == rows["truth"]["mean_speed"]
    assert rows["frozen"]["mean_speed"]["mean"] == 0
    assert rows["frozen"]["frozen_share"]["mean"] == 1
    assert rows["noise"]["bone_variation"]["mean"] > 0.1
    assert rows["model"]["bone_variation"]["mean"] < 1e-3
    speeds = [np.linalg.norm(np.diff(on_the_beat(bpm), axis=0), axis=-1).mean() * FPS for bpm in TEMPI.values()]
    assert rows["model"]["mean_speed"]["mean"] == pytest.approx(np.mean(speeds), rel=1e-4)
    training = np.mean([np.linalg.norm(np.diff(on_the_beat(b), axis=0), axis=-1).mean() * FPS for b in (100, 120)])
    assert rows["model"]["speed_ratio"]["mean"] == pytest.approx(np.mean(speeds) / training, rel=1e-4)


def test_same_input_same_output(monkeypatch, files):
    evaluated(monkeypatch, files, "one.json")
    evaluated(monkeypatch, files, "two.json")
    assert (files / "one.json").read_bytes() == (files / "two.json").read_bytes()


def test_one_song_has_its_own_beats_shifted_for_a_control(monkeypatch, files):
    rows = evaluated(monkeypatch, files, songs=("b",))[0]["rows"]
    assert rows["model"]["beat_alignment_shuffled"]["mean"] < 0.7 < rows["model"]["beat_alignment"]["mean"]
    assert rows["model"]["beat_alignment"]["low"] is None


def test_a_song_without_beats_is_not_scored():
    alone = alone_of(on_the_beat(96), FPS)
    scores = song_scores(alone, "a", {"a": Song(np.array([]))}, 0)
    assert np.isnan(scores["beat_alignment"])
    assert alone.values["mean_speed"] > 0


@pytest.mark.parametrize(
    ("missing", "message"), [("rhythm", "no rhythm of its song"), ("measures", "was not measured")]
)
def test_a_dance_without_what_belongs_to_it_is_a_clear_error(monkeypatch, files, missing, message):
    evaluated(monkeypatch, files)
    rhythms = [files / f"rhythm/{song}.h5" for song in TEMPI if missing != "rhythm" or song != "b"]
    measures = [files / f"measures/{song}_0.json" for song in TEMPI if missing != "measures" or song != "b"]
    with pytest.raises(UserError, match=rf"b_0\.h5: .*{message}"):
        run(
            monkeypatch,
            model.main,
            *("--model", files / "graph", "--reference", files / "reference/main.h5", "--output", files / "x.json"),
            *("--dances", files / "dances/b_0.h5", "--rhythms", *rhythms, "--measures", *measures),
        )


def test_the_beats_of_a_second_tracker_are_scored_beside(monkeypatch, files):
    for song, bpm in TEMPI.items():
        # The second tracker is 50 ms late.
        write_json(files / f"beats/{song}.json", {"beats": (beats(bpm) + 0.05).tolist()})
    result, controls = evaluated(monkeypatch, files, beats=[files / f"beats/{song}.json" for song in TEMPI])
    row = result["rows"]["model"]
    own, second = (row[name]["mean"] for name in ("beat_alignment", "beat_alignment_second"))
    assert second == pytest.approx(np.exp(-0.5), abs=0.12)
    assert second < own - 0.2
    assert row["beat_alignment_second_difference"]["low"] > 0.1
    assert controls["rows"]["truth"]["beat_alignment_second"]["mean"] is None
    assert evaluated(monkeypatch, files)[0]["rows"]["model"]["beat_alignment_second"]["mean"] is None


def test_waltzes_are_measured_together():
    def rising(song, lag):
        t = np.arange(900) / FPS
        world = np.tile(SMPL24.rest_positions, (900, 1, 1))
        first = music[song].beats[0]
        world[..., 1] += 0.02 * np.cos(2 * np.pi * ((t - first) * 1.5 / 3 - lag))[:, None]
        return Motion(f"{song}_0", song, world, FPS)

    music = {f"w{n}": Song(np.arange(0.17 * n, 30, 1 / 1.5), np.arange(0.17 * n, 30, 2.0), 3) for n in range(5)}
    music["four"] = Song(np.arange(0, 30, 0.5), np.arange(0, 30, 2.0), 4)
    rows = in_the_bar([*(rising(f"w{n}", 0.3) for n in range(5)), rising("four", 0.3)], music)
    assert min(row["bar_phase"] for row in rows[:5]) > 0.95
    assert np.isnan(rows[5]["bar_phase"])
    assert np.mean([row["bar_phase_difference"] for row in rows[:5]]) > 0.3


def genre_clip(genre, seed, split):
    world = choreograph(beats(110), SECONDS, genre, seed)
    music = Music(np.zeros((len(world), 35), np.float32), beats(110), beats(110)[::4], 110.0, FPS)
    return DatasetClip("demo", f"{genre}{seed}", "0000", f"{genre}{seed}", genre, split, 1.0, person(world), music)


def test_genres_asked_for_on_one_song_are_told(monkeypatch, files):
    nothing, plain = np.zeros((0, 3), np.int64), Statistics(np.zeros(1), np.ones(1))
    genres = ("disco", "hiphop", "house")
    clips = [genre_clip(genre, seed, "validation" if seed == 3 else "train") for genre in genres for seed in range(4)]
    splits = dict.fromkeys(SPLITS, nothing)
    write_dataset(files / "main.h5", Dataset(FPS, "edge35", WindowPlan("window", 60, 30), clips, splits, plain, plain))
    # Sample 3 is asked for house and dances disco; sample 4 is asked for nothing.
    for sample, (danced, asked) in enumerate(
        [*((genre, genre) for genre in genres), ("disco", "house"), ("disco", None)]
    ):
        dancing = PoseClip(0.0, SECONDS, people=[person(choreograph(beats(96), SECONDS, danced, 30 + sample))])
        poses = PoseFile(FPS, "a", "graph", {"0000": dancing}, provenance={"genre": asked})
        write_poses(files / f"dances/a_{sample}.h5", poses)
    result, controls = measured(monkeypatch, files, [f"a_{sample}" for sample in range(5)])
    assert [row["asked_genre"] for row in result["dances"]] == ["disco", "hiphop", "house", "house", None]
    assert [row["told_genre"] for row in result["dances"]] == ["disco", "hiphop", "house", "disco", "disco"]
    assert [row["genre_accuracy"] for row in result["dances"]] == [1.0, 1.0, 1.0, 0.0, None]
    assert result["genre"]["genres"] == list(genres)
    assert result["genre"]["chance"] == pytest.approx(1 / 3)
    assert result["genre"]["real"]["clips"] == 9
    assert result["genre"]["real"]["share"] > 0.6
    assert result["genre"]["dances"]["mean"] == 0.75
    assert result["genre"]["dances"]["asked"] == 4
    assert controls["rows"]["truth"]["genre_accuracy"]["mean"] > 0.6
    assert controls["rows"]["replay"]["genre_accuracy"]["mean"] is None


def compared(monkeypatch, files, models):
    evaluations = [files / f"{name}.json" for name in models]
    outputs = ("--csv", files / "comparison.csv", "--json", files / "comparison.json")
    arguments = ("--evaluations", *evaluations, "--controls", files / "controls.json")
    run(monkeypatch, compare.main, *arguments, *outputs)
    with (files / "comparison.csv").open() as file:
        return list(csv.DictReader(file)), json.loads((files / "comparison.json").read_text())


def test_comparison_has_a_row_per_model_and_control(monkeypatch, files):
    result, _ = evaluated(monkeypatch, files)
    write_json(files / "seq2seq.json", result | {"model": "seq2seq"})
    rows, content = compared(monkeypatch, files, ["graph", "seq2seq"])
    assert [row["name"] for row in rows] == ["graph", "seq2seq", *compare.CONTROLS]
    assert [row["kind"] for row in rows] == ["model"] * 2 + ["control"] * 6
    assert [row["dances"] for row in rows] == ["3", "3", "2", "2", *["3"] * 4]
    for measure_name in MEASURES:
        for row in rows:
            low, mean, high = (row.get(measure_name + suffix, "") for suffix in ("_low", "", "_high"))
            assert (low == "") == (high == "")
            assert low == "" or float(low) <= float(mean) <= float(high)
    assert "nan" not in (files / "comparison.csv").read_text().lower()
    assert content["measures"].keys() == MEASURES.keys()
    assert [row["name"] for row in content["rows"]] == [row["name"] for row in rows]
    assert len(content["dances"]["graph"]) == 3


def test_numbers_within_noise_of_a_control_are_marked(monkeypatch, files):
    result, controls = evaluated(monkeypatch, files)
    (row, *_), _ = compared(monkeypatch, files, ["graph"])
    # On the beat as the truth is, and nothing else.
    assert row["beat_alignment_like"] == "truth"
    # A dancer who freezes to one song of three may be as slow as the frozen one, or as fast as the others.
    assert "frozen" not in row["mean_speed_like"].split()
    # Dances that are a control's own are told from that control in nothing.
    same = result | {
        "model": "copy",
        "rows": {"model": controls["rows"]["replay"]},
        "dances": controls["dances"]["replay"],
    }
    write_json(files / "copy.json", same)
    (copy, *_), _ = compared(monkeypatch, files, ["copy"])
    for name in MEASURES:
        if copy[name] and name not in compare.LEVELS:
            assert {"replay", "replay?"} & set(copy[f"{name}_like"].split()), name
    # Without intervals nothing can be told.
    result, _ = evaluated(monkeypatch, files, songs=("b",), output="one.json")
    (alone, *_), _ = compared(monkeypatch, files, ["one"])
    assert alone["mean_speed_like"].split() == ["truth?", "frozen?", "noise?", "smooth_random?", "replay?"]


def test_training_motion_in_the_place_of_the_truth_has_no_distance_from_itself(monkeypatch, files):
    nothing, plain = np.zeros((0, 3), np.int64), Statistics(np.zeros(1), np.ones(1))
    clips, splits = [clip("v1", 100, "train"), clip("v2", 120, "train")], dict.fromkeys(SPLITS, nothing)
    write_dataset(files / "main.h5", Dataset(FPS, "edge35", WindowPlan("window", 60, 30), clips, splits, plain, plain))
    _, controls = evaluated(monkeypatch, files)
    assert controls["truth"] == "train"
    assert controls["rows"]["truth"]["fid_k_corrected"]["mean"] is None
    assert controls["rows"]["truth"]["mean_speed"]["mean"] > 0
    assert controls["rows"]["frozen"]["fid_k_corrected"]["mean"] > 0
    rows, content = compared(monkeypatch, files, ["graph"])
    assert content["truth"] == {"main": "train"}
    assert "truth" not in rows[0]["fid_k_corrected_like"]


def test_what_cannot_have_an_interval_or_a_control_has_no_column(monkeypatch, files):
    evaluated(monkeypatch, files)
    rows, _ = compared(monkeypatch, files, ["graph"])
    assert {"fid_k_floor", "beat_alignment_shuffled_low", "beat_alignment_like"} <= rows[0].keys()
    assert not {"fid_k_floor_low", "fid_k_floor_like", "beat_alignment_shuffled_like"} & rows[0].keys()


def test_controls_of_another_dataset_are_refused(monkeypatch, files):
    result, _ = evaluated(monkeypatch, files)
    write_json(files / "other.json", result | {"dataset": "other"})
    with pytest.raises(UserError, match="graph: the controls of its dataset other are missing"):
        compared(monkeypatch, files, ["other"])


def test_controls_are_as_long_as_asked():
    training = [clip("v1", 100, "train"), clip("v2", 120, "train")]
    asked = [Asked("x_0", "x", 40 / FPS), Asked("y_0", "y", 700 / FPS), Asked("y_1", "y", 700 / FPS)]
    found = dict(control_motions(asked, training, FPS, 0))
    for motions in found.values():
        assert [(motion.name, motion.song) for motion in motions] == [("x_0", "x"), ("y_0", "y"), ("y_1", "y")]
        assert [len(motion.world) for motion in motions] == [40, 700, 700]
        assert all(np.isfinite(motion.world).all() for motion in motions)
    replay, again = (motion.world for motion in found["replay"][1:])
    # Longer than any clip: where one ends and the next begins the dancer stays in place.
    assert np.linalg.norm(np.diff(replay[:, 0], axis=0)[:, [0, 2]], axis=-1).max() < 0.02
    assert not np.array_equal(replay, again)


def test_parts_of_one_song_are_no_other_songs_to_each_other():
    alone = alone_of(on_the_beat(96), FPS)
    same = {f"v{n}": Song(beats(96), of="one") for n in range(3)}
    other = {"v4": Song(beats(131), of="two")}
    alone_there, with_parts = (
        song_scores(alone, "v0", music, 0) for music in ({"v0": same["v0"]} | other, same | other)
    )
    assert with_parts == pytest.approx(alone_there, nan_ok=True)
    assert with_parts["beat_alignment_shuffled"] < 0.7 < with_parts["beat_alignment"]


def test_many_songs_are_looked_at_in_part(monkeypatch):
    monkeypatch.setattr(songs, "MOST_OTHERS", 2)
    alone = alone_of(on_the_beat(96), FPS)
    every = {"a": Song(beats(96)), "b": Song(beats(110)), "skipped": Song(beats(96)), "d": Song(beats(131))}
    some = {name: song for name, song in every.items() if name != "skipped"}
    assert song_scores(alone, "a", every, 0) == pytest.approx(song_scores(alone, "a", some, 0), nan_ok=True)


def dataset_of(*clips):
    nothing, plain = np.zeros((0, 3), np.int64), Statistics(np.zeros(1), np.ones(1))
    return Dataset(
        FPS, "edge35", WindowPlan("window", 60, 30), list(clips), dict.fromkeys(SPLITS, nothing), plain, plain
    )


def test_the_truth_is_of_clips_kept_aside_whatever_for_and_genres_nobody_learned_are_not_asked():
    training = [genre_clip(genre, seed, "train") for genre in ("disco", "house") for seed in range(2)]
    kept = [genre_clip("house", 3, "test"), genre_clip("hiphop", 3, "test")]
    dataset = dataset_of(*training, *kept)
    music = {"a": Song(beats(96), frames=90, fps=FPS)}
    found = measure_controls.measured_controls(dataset, music, reference.reference_of(dataset), 1, 0)
    assert found["truth"] == "test"
    truth = {row["asked_genre"]: row["genre_accuracy"] for row in found["dances"]["truth"]}
    assert set(truth) == {"house", "hiphop"}
    assert truth["hiphop"] is None
    assert truth["house"] is not None


def test_clips_of_one_song_are_other_parts_of_it_and_no_chance_level():
    one = [replace(clip(f"v{n}", 90, "validation"), song="one") for n in range(3)]
    dataset = dataset_of(clip("v8", 100, "train"), clip("v9", 120, "train"), *one)
    music = {"a": Song(beats(96), frames=90, fps=FPS)}
    rows = measure_controls.measured_controls(dataset, music, reference.reference_of(dataset), 1, 0)["rows"]
    assert rows["truth"]["beat_alignment"]["mean"] > 0.9
    assert rows["truth_shuffled"]["beat_alignment"]["mean"] < 0.7
