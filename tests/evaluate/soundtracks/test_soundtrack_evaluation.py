"""The entry points on tiny files; controls that must lose; everything that can be missing."""

import csv
import json
import sys

import numpy as np
import pytest
import soundfile

from workflow_scripts.evaluate import compare_soundtracks, soundtrack_model
from workflow_scripts.evaluate.likeness import alike
from workflow_scripts.evaluate.soundtracks.controls import CONTROLS, clicks
from workflow_scripts.evaluate.soundtracks.distances import frechet_distance, scale_of
from workflow_scripts.evaluate.soundtracks.heard import RATE
from workflow_scripts.evaluate.soundtracks.items import COLUMNS, read_items
from workflow_scripts.evaluate.soundtracks.measures import MEASURES, TOGETHER
from workflow_scripts.evaluate.soundtracks.scoring import MODEL, scored
from workflow_scripts.evaluate.soundtracks.summary import HALVES, frechet_row
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import write_table

FPS, SECONDS = 30.0, 10.0
TEMPI = {"v1": 96.0, "v2": 110.0, "v3": 131.0, "v4": 143.0}
FIRST_S = 0.31


def beats(bpm):
    return np.arange(FIRST_S, SECONDS - 0.1, 60 / bpm)


def swinging(bpm):
    """Arms and trunk swing about the hips and rest on every beat."""
    t = np.arange(round(SECONDS * FPS)) / FPS
    world = np.tile(SMPL24.rest_positions, (len(t), 1, 1))
    angle = 0.4 * np.cos(np.pi * bpm / 60 * (t - FIRST_S))[:, None]
    upper = [3, 6, 9, *range(12, 24)]
    rest = SMPL24.rest_positions[upper] - SMPL24.rest_positions[0]
    world[:, upper, 0] = np.cos(angle) * rest[:, 0] - np.sin(angle) * rest[:, 1]
    world[:, upper, 1] = SMPL24.rest_positions[0, 1] + np.sin(angle) * rest[:, 0] + np.cos(angle) * rest[:, 1]
    return world


def person(world):
    return Person(world - world[:, :1], world[:, 0])


def write_clip(results, collection, name, people, seconds=SECONDS):
    path = results / "poses" / collection / f"{name}.h5"
    write_poses(path, PoseFile(FPS, name, "test", {"0000": PoseClip(0.0, seconds, people=people)}))


def drums(bpm):
    """Clicks on the beats, and a tone that is the song's own."""
    time = np.arange(round(SECONDS * RATE)) / RATE
    return clicks(len(time), beats(bpm)) + 0.02 * np.sin(2 * np.pi * 4 * bpm * time).astype(np.float32)


def write_sound(path, sound, rate=RATE):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, rate)


def row(results, name, collection="demo", sample="0", model="good", **changes):
    return {
        "set": collection,
        "item": f"{name}.0000",
        "sample": sample,
        "wav": f"results/soundtracks/{model}/{collection}/{name}.0000_{sample}.wav",
        "poses": f"results/poses/{collection}/{name}.h5",
        "clip": "0000",
        "sound": f"results/clips/{collection}/{name}/0000.wav",
        "split": "",
        "song": f"{collection}/{name}",
    } | changes


def write_items(results, rows, model="good"):
    table = results / "soundtracks" / model / "items.tsv"
    write_table(table, COLUMNS, rows)
    return table


@pytest.fixture
def results(tmp_path):
    """Four dances and their true sounds; `good` plays clicks on the accents, `bad` is noise."""
    results = tmp_path / "results"
    for number, (name, bpm) in enumerate(TEMPI.items()):
        write_clip(results, "demo", name, [person(swinging(bpm))])
        write_sound(results / f"clips/demo/{name}/0000.wav", drums(bpm))
        write_sound(results / f"soundtracks/good/demo/{name}.0000_0.wav", clicks(len(drums(bpm)), beats(bpm)))
        noise = 0.1 * np.random.default_rng(number).normal(size=round(SECONDS * 8000))
        write_sound(results / f"soundtracks/bad/demo/{name}.0000_0.wav", noise, 8000)
    for model in ("good", "bad"):
        (results / "models" / model).mkdir(parents=True)
        (results / "models" / model / "model.json").write_text('{"architecture": "wavenet"}')
        write_items(results, [row(results, name, model=model) for name in TEMPI], model)
    return results


def run(monkeypatch, module, *arguments):
    monkeypatch.setattr(sys, "argv", ["x", *map(str, arguments)])
    module.main()


def evaluated(monkeypatch, results, model="good", config="{}"):
    output = results / "evaluation" / f"{model}.json"
    run(
        monkeypatch,
        soundtrack_model,
        *("--model", results / "models" / model, "--items", results / "soundtracks" / model / "items.tsv"),
        *("--results", results, "--config", config, "--output", output),
    )
    return json.loads(output.read_text())


def means(group, measure):
    return {name: parts[measure]["mean"] for name, parts in group["rows"].items()}


def test_a_model_and_its_controls(monkeypatch, results):
    found = evaluated(monkeypatch, results, config='{"seed": 3}')
    assert (found["model"], found["architecture"]) == ("good", "wavenet")
    (group,) = found["groups"]
    assert group["rows"].keys() == {MODEL, *CONTROLS, HALVES}
    assert all(parts.keys() == {*MEASURES, *TOGETHER} for parts in group["rows"].values())
    assert group["counts"][MODEL] == group["counts"]["truth"] == {"sounds": 4, "songs": 4}
    onset = means(group, "onset_f")
    assert onset["truth"] > 0.9
    assert onset[MODEL] > 0.9
    assert onset["metronome"] > 0.9
    assert 0.5 > onset["metronome_random"] > onset["silence"] == 0
    assert onset["other"] < 0.5
    assert means(group, "onset_f_shuffled")[MODEL] < 0.5
    cycle = means(group, "cycle_beat_f")
    assert cycle["truth"] == 1
    assert cycle[MODEL] > 0.9
    assert cycle["metronome"] > 0.9
    assert max(cycle[name] for name in ("silence", "noise", "metronome_random", "other")) < 0.6
    distance = means(group, "frechet_distance")
    assert distance["truth"] == pytest.approx(0, abs=1e-6)
    assert distance["other"] < distance["noise"]
    assert means(group, "log_spectral_distance")["truth"] == 0
    assert means(group, "loris_f1")["truth"] == 1
    assert means(group, "loris_csd")["truth"] == 0
    assert found["settings"]["rate_hz"] == RATE
    assert found["provenance"]["config"] == {"seed": 3}
    assert len(found["items"]) == 4
    assert found["items"][0]["measures"].keys() == MEASURES.keys()
    assert found["items"][0]["accents"] > 10
    # The same dance by dance: clear of 0 against chance, not against what is as good.
    differences = {name: parts["onset_f"] for name, parts in group["differences"].items()}
    assert differences["metronome_random"]["low"] > 0
    assert differences["truth"]["low"] <= 0 <= differences["truth"]["high"]


def test_the_same_again(monkeypatch, results):
    assert evaluated(monkeypatch, results) == evaluated(monkeypatch, results)


def test_a_table_of_models(monkeypatch, results):
    for model in ("good", "bad"):
        evaluated(monkeypatch, results, model)
    # A third one made sound for one dance only.
    (results / "models/few").mkdir()
    (results / "models/few/model.json").write_text('{"architecture": "wavenet"}')
    write_items(results, [row(results, "v1")], "few")
    evaluated(monkeypatch, results, "few")
    output = results / "evaluation/soundtracks.csv"
    evaluations = [results / f"evaluation/{model}.json" for model in ("good", "bad", "few")]
    run(monkeypatch, compare_soundtracks, "--evaluations", *evaluations, "--output", output)
    rows = list(csv.DictReader(output.open()))
    assert [row["name"] for row in rows] == ["good", "bad", "few", *[*CONTROLS, HALVES] * 2]
    assert [row["beside"] for row in rows] == [*[""] * 3, *["good bad"] * 7, *["few"] * 7]
    assert {row["kind"] for row in rows} == {"clips"}
    by_name = {row["name"]: row for row in rows[:10]}
    good, bad, random = by_name["good"], by_name["bad"], by_name["metronome_random"]
    assert float(good["onset_f_low"]) > float(random["onset_f_high"]) > float(bad["onset_f"])
    assert good["onset_f_like"] == "metronome truth"
    assert "silence" in bad["onset_f_like"]
    assert "metronome" not in bad["onset_f_like"].split()
    assert random["onset_f_like"] == ""
    # One song has no interval, so nothing can be said.
    assert by_name["few"]["onset_f_low"] == ""
    assert by_name["few"]["onset_f_like"] == "silence? noise? metronome_random? metronome? truth?"
    assert by_name["few"]["sounds"] == "1"
    assert float(good["frechet_distance"]) > float(by_name["other"]["frechet_distance"])


def test_splits_are_apart_and_samples_are_counted(monkeypatch, results):
    rows = [row(results, name, split="validation" if name == "v4" else "train") for name in TEMPI]
    write_sound(results / "soundtracks/good/demo/v1.0000_1.wav", clicks(RATE, np.array([0.5])))
    rows.append(row(results, "v1", sample="1", split="train"))
    write_items(results, rows)
    train, validation = evaluated(monkeypatch, results)["groups"]
    assert (train["split"], validation["split"]) == ("train", "validation")
    assert train["counts"][MODEL] == {"sounds": 4, "songs": 3}
    assert train["counts"]["truth"] == {"sounds": 3, "songs": 3}
    # Other songs are those of all clips: the one that is kept aside has some too.
    assert validation["counts"]["other"]["sounds"] == 1
    assert means(validation, "onset_f_shuffled")[MODEL] is not None
    assert validation["rows"][MODEL]["onset_f"]["low"] is None


def test_generated_dances(monkeypatch, results):
    rows = []
    for sample in "01":
        write_clip(results, "dances", f"song_{sample}", [person(swinging(100.0 + 20 * int(sample)))])
        write_sound(results / f"soundtracks/good/songs/song.graph_{sample}.wav", drums(100.0))
        changes = {"item": "song.graph", "poses": f"results/poses/dances/song_{sample}.h5", "song": "song"}
        wav = f"results/soundtracks/good/songs/song.graph_{sample}.wav"
        sound = "results/clips/demo/v1/0000.wav"
        rows.append(row(results, "song", "songs", sample, wav=wav, sound=sound, **changes))
    write_items(results, [*rows, row(results, "v2")])
    clips, dances = evaluated(monkeypatch, results)["groups"]
    assert (clips["kind"], dances["kind"]) == ("clips", "dances")
    # Samples of a song are dances of their own: each with its controls.
    assert dances["counts"][MODEL] == dances["counts"]["truth"] == {"sounds": 2, "songs": 1}
    assert means(dances, "cycle_beat_f")["truth"] == 1
    # There is no other song among the dances.
    assert dances["counts"]["other"] == {"sounds": 0, "songs": 0}
    assert means(dances, "onset_f_shuffled")[MODEL] is None


def test_without_an_original(monkeypatch, results):
    rows = [row(results, name, sound="") for name in ("v1", "v2")]
    # Imported motion has a place for its sound, but no sound there.
    rows.append(row(results, "v3", sound="results/clips/demo/nothing.wav"))
    write_items(results, rows)
    found = evaluated(monkeypatch, results)
    (group,) = found["groups"]
    assert group["counts"]["truth"]["sounds"] == group["counts"]["metronome"]["sounds"] == 0
    assert means(group, "onset_f")[MODEL] > 0.9
    unknown = [key for key in MEASURES if key.startswith(("d2mgan", "loris", "cycle", "log"))]
    assert all(group["rows"][MODEL][key]["mean"] is None for key in (*unknown, *TOGETHER))
    assert all(item["measures"]["d2mgan_hit"] is None and not item["original"] for item in found["items"])
    output = results / "evaluation/soundtracks.csv"
    run(monkeypatch, compare_soundtracks, "--evaluations", results / "evaluation/good.json", "--output", output)
    assert next(csv.DictReader(output.open()))["d2mgan_hit"] == ""


def test_still_missing_and_short_dancers_and_sounds(monkeypatch, results):
    write_clip(results, "demo", "still", [person(np.repeat(swinging(100)[:1], 300, axis=0))])
    write_clip(results, "demo", "nobody", [])
    write_clip(results, "demo", "short", [person(swinging(100)[:1])], 1 / FPS)
    sounds = {"still": np.zeros(RATE), "nobody": np.zeros(0), "short": np.array([0.5])}
    for name, sound in sounds.items():
        write_sound(results / f"soundtracks/good/demo/{name}.0000_0.wav", sound)
        write_sound(results / f"clips/demo/{name}/0000.wav", drums(100.0))
    write_items(results, [row(results, name) for name in ("v1", *sounds)])
    found = evaluated(monkeypatch, results)
    by_name = {item["name"]: item for item in found["items"]}
    assert [by_name[f"demo/{name}.0000"]["accents"] for name in sounds] == [0, 0, 0]
    assert [by_name[f"demo/{name}.0000"]["measures"]["onset_f"] for name in sounds] == [None] * 3
    assert by_name["demo/nobody.0000"]["seconds"] == SECONDS
    assert by_name["demo/still.0000"]["measures"]["loris_recall"] == 0
    assert found["groups"][0]["counts"][MODEL]["sounds"] == 4


def test_controls_do_not_depend_on_the_company(results):
    rows = [row(results, name) for name in TEMPI]
    many = scored(read_items(write_items(results, rows), results), 0)
    alone = scored(read_items(write_items(results, rows[1:2]), results), 0)
    for name in ("noise", "metronome_random", "metronome", "truth"):
        values = [group[0].scores[name][place].measures for group, place in ((many, 1), (alone, 0))]
        assert values[0]["onset_f"] == values[1]["onset_f"], name
        assert values[0]["loris_precision"] == values[1]["loris_precision"], name
    assert not alone[0].scores["other"]


def test_anothers_soundtrack_is_not_compared_with_its_own_dance(results):
    (group,) = scored(read_items(write_items(results, [row(results, name) for name in ("v1", "v2")]), results), 0)
    # There are two dances: for the sound of v2 with the dance v1, no dance is left that says what chance is.
    assert np.isnan([score.measures["onset_f_shuffled"] for score in group.scores["other"]]).all()
    assert np.isfinite([score.measures["onset_f_shuffled"] for score in group.scores["metronome"]]).all()


def test_few_songs_make_no_interval_of_the_frechet_distance():
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(30, 54)), rng.normal(size=(30, 54)) + 0.5
    single = frechet_row({("a", ""): one}, [("a", two)])
    assert single["mean"] > 1
    assert (single["low"], single["high"]) == (None, None)
    both = frechet_row({("a", ""): one, ("b", ""): one[::-1]}, [("a", two), ("b", two)])
    assert both["low"] <= both["mean"] <= both["high"]
    assert frechet_row({}, [("a", two)])["mean"] is None


def test_the_interval_of_the_frechet_distance_leaves_each_song_out_of_both_sides():
    rng = np.random.default_rng(0)
    original, made = ([rng.normal(size=(30, 54)) + shift * song for song in range(3)] for shift in (0.1, 0.3))
    found = frechet_row(
        {(str(song), ""): windows for song, windows in enumerate(original)},
        [(str(song), windows) for song, windows in enumerate(made)],
    )

    def distance(songs):
        reference = np.concatenate([original[song] for song in songs])
        return frechet_distance(reference, np.concatenate([made[song] for song in songs]), scale_of(reference))

    values = np.array([distance(songs) for songs in ((1, 2), (0, 2), (0, 1))])
    error = np.sqrt(2 / 3 * np.sum((values - values.mean()) ** 2))
    assert found["mean"] == pytest.approx(distance((0, 1, 2)))
    assert found["high"] == pytest.approx(distance((0, 1, 2)) + 1.96 * error)


def test_intervals_that_overlap():
    part = {"mean": 0.5, "low": 0.4, "high": 0.6}
    controls = {
        "below": {"mean": 0.1, "low": 0.0, "high": 0.39},
        "touching": {"mean": 0.3, "low": 0.2, "high": 0.4},
        "around": {"mean": 0.5, "low": 0.0, "high": 1.0},
        "above": {"mean": 0.9, "low": 0.7, "high": 1.0},
        "unsure": {"mean": 0.9, "low": None, "high": None},
        "unknown": {"mean": None, "low": None, "high": None},
    }
    assert alike(part, controls) == ["touching", "around", "unsure?"]


def test_errors_say_what_to_do(monkeypatch, results):
    with pytest.raises(UserError, match="settings of the evaluation"):
        evaluated(monkeypatch, results, config='{"sede": 1}')
    write_items(results, [])
    with pytest.raises(UserError, match="names no sound"):
        evaluated(monkeypatch, results)
    write_items(results, [row(results, "v9")])
    with pytest.raises(UserError, match=r"v9\.0000_0\.wav is missing"):
        evaluated(monkeypatch, results)
    write_items(results, [row(results, "v1", clip="0007")])
    with pytest.raises(UserError, match="no clip '0007'; it has 0000"):
        evaluated(monkeypatch, results)
