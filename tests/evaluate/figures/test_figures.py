"""Figures say what the numbers say: text and marks are looked for in the SVG."""

import re

import numpy as np
import pytest

from workflow_scripts.evaluate.figures.bars import draw_bars, limits, panels, without_repetition
from workflow_scripts.evaluate.figures.beat_curves import curve, draw_curves, on_the_beat
from workflow_scripts.evaluate.figures.genres import by_genre, draw_genres
from workflow_scripts.evaluate.figures.learning import draw_learning, read_curves
from workflow_scripts.evaluate.figures.phases import concentration, draw_phases, phases
from workflow_scripts.evaluate.measures import MEASURES
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError


def part(mean, low=None, high=None):
    return {"mean": mean, "low": low, "high": high, "like": []}


def row(name, kind, **known):
    return {
        "name": name,
        "kind": kind,
        "dataset": "main",
        "dances": 3,
        "songs": 3,
        "measures": {measure: known.get(measure, part(None)) for measure in MEASURES},
    }


def words(path):
    """The texts of an SVG, which matplotlib draws as shapes and writes into comments."""
    return re.findall(r"<!-- (.*?) -->", path.read_text())


def test_bars_have_a_panel_for_what_was_measured(tmp_path):
    rows = [
        row("graph", "model", foot_skate=part(0.02, 0.01, 0.03), fid_k_corrected=part(30.0, 20.0, 40.0)),
        row("truth", "control", foot_skate=part(0.01, 0.005, 0.02), fid_k_corrected=part(25.0)),
        row("noise", "control", foot_skate=part(0.5, 0.4, 0.6), fid_k_corrected=part(9e5)),
    ]
    assert panels(rows) == ["fid_k_corrected", "foot_skate"]
    draw_bars(tmp_path / "one.svg", {"rows": rows})
    draw_bars(tmp_path / "two.svg", {"rows": rows})
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    found = words(tmp_path / "one.svg")
    assert {"graph", "truth", "noise", "feet slide, m/s"} <= set(found)
    # What is far off does not take the room of what is compared, and is named at the edge.
    assert "9e+05 →" in found


def test_controls_that_show_the_same_are_drawn_once(tmp_path):
    rows = [
        row("graph", "model", foot_skate=part(0.02)),
        row("truth", "control", foot_skate=part(0.01)),
        row("noise", "control", foot_skate=part(0.5)),
        row("truth", "control", foot_skate=part(0.01)) | {"dataset": "other"},
        row("noise", "control", foot_skate=part(0.6)) | {"dataset": "other"},
    ]
    kept = without_repetition(rows, ["foot_skate"])
    assert [(each["name"], each["dataset"]) for each in kept[1:]] == [
        ("truth", "main"),
        ("noise", "main"),
        ("noise", "other"),
    ]
    draw_bars(tmp_path / "x.svg", {"rows": rows})
    assert {"truth (main)", "noise (main)", "noise (other)"} <= set(words(tmp_path / "x.svg"))


def test_axes_make_room_for_models_and_truth():
    parts = [("model", part(10.0, 5.0, 15.0)), ("truth", part(-5.0)), ("control", part(12.0)), ("control", part(1e9))]
    low, high = limits(parts)
    assert low == -5.0
    assert 15.0 < high <= 15 + 2.5 * 20


def swinging(seconds, rests_per_s):
    t = np.arange(round(seconds * 30)) / 30
    world = np.tile(SMPL24.rest_positions, (len(t), 1, 1))
    world[:, :, 0] += 0.2 * np.cos(np.pi * rests_per_s * (t - 0.25))[:, None]
    return world


def test_curves_tell_motion_beats_on_the_beat(tmp_path):
    beats = np.arange(0.25, 10, 0.5)
    dancing, late = curve("on", swinging(10, 2.0), 30.0), curve("late", np.roll(swinging(10, 2.0), 7, axis=0), 30.0)
    assert on_the_beat(dancing.rests, beats).mean() > 0.9
    assert on_the_beat(late.rests, beats).mean() < 0.2
    assert not on_the_beat(dancing.rests, np.empty(0)).any()
    draw_curves(tmp_path / "x.svg", [dancing, late], beats, beats[::4], "A & B <song>")
    found = words(tmp_path / "x.svg")
    assert any(text.startswith("on: ") and "% on the beat" in text for text in found)
    assert any("filled within 70 ms" in text for text in found)
    draw_curves(tmp_path / "silent.svg", [dancing], np.empty(0), np.empty(0), "silence")
    assert any("no beats to be on" in text for text in words(tmp_path / "silent.svg"))
    assert "<song>" not in (tmp_path / "x.svg").read_text()


def test_dollar_signs_of_strangers_are_no_formula(tmp_path):
    still = curve("still", swinging(1, 0.0), 30.0)
    draw_curves(tmp_path / "x.svg", [still], np.empty(0), np.empty(0), "$_$ song")
    assert "$_$ song" in words(tmp_path / "x.svg")
    dance = dict.fromkeys(MEASURES, 0.5) | {"asked_genre": "$_$", "told_genre": None}
    draw_genres(tmp_path / "y.svg", {"rows": [row("graph", "model")], "dances": {"graph": [dance]}})
    assert "$_$" in words(tmp_path / "y.svg")


@pytest.mark.filterwarnings("error")
def test_a_measure_that_no_dance_has_is_an_empty_table(tmp_path):
    dance = dict.fromkeys(MEASURES, None) | {"foot_skate": 0.5, "asked_genre": "house", "told_genre": None}
    draw_genres(tmp_path / "x.svg", {"rows": [row("graph", "model")], "dances": {"graph": [dance]}})
    assert "beat alignment: own song − others" in words(tmp_path / "x.svg")


def test_phases_lie_between_the_beats_around():
    beats = np.array([1.0, 2.0, 4.0])
    assert phases(np.array([0.5, 1.0, 1.25, 1.75, 3.0, 4.5]), beats) == pytest.approx([0.0, 0.25, -0.25, -0.5])
    assert not len(phases(np.array([1.0]), beats[:1]))
    assert concentration(np.full(9, 0.2)) == pytest.approx(1.0)
    assert concentration(np.linspace(-0.5, 0.5, 100, endpoint=False)) == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(concentration(np.empty(0)))


def test_phases_are_drawn_with_their_concentration(tmp_path):
    draw_phases(tmp_path / "x.svg", {"graph": np.zeros(8), "truth": np.empty(0)})
    assert "graph: R = 1.00 (n = 8)" in words(tmp_path / "x.svg")
    assert "truth: R = nan (n = 0)" in words(tmp_path / "x.svg")


def test_genres_are_those_asked_for_or_told(tmp_path):
    def dance(asked, told, slide):
        values = dict.fromkeys(MEASURES, 0.5) | {"foot_skate": slide}
        return {"dance": "x", "song": "s", "asked_genre": asked, "told_genre": told, **values}

    dances = [
        dance("house", "disco", 0.1),
        dance(None, "house", 0.3),
        dance(None, "disco", None),
        dance(None, None, 9.0),
    ]
    assert by_genre(dances, "foot_skate") == {"house": (pytest.approx(0.2), 2)}
    draw_genres(tmp_path / "x.svg", {"rows": [row("graph", "model")], "dances": {"graph": dances}})
    assert {"house", "disco", "graph", "0.20", "n = 2"} <= set("\n".join(words(tmp_path / "x.svg")).split("\n"))
    draw_genres(tmp_path / "none.svg", {"rows": [row("graph", "model")], "dances": {"graph": dances[3:]}})
    assert "The data has fewer than two genres." in words(tmp_path / "none.svg")


def test_learning_curves_are_read_from_histories(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,train_loss,validation_loss,seconds\n1,3,,0.1\n2,2,4,0.1\n")
    curves = read_curves(tmp_path / "history.csv")
    assert curves == {"train": [(1, 3.0), (2, 2.0)], "validation": [(2, 4.0)]}
    draw_learning(tmp_path / "x.svg", {"net": curves}, ["graph", "net"])
    assert {"net", "train", "validation"} <= set(words(tmp_path / "x.svg"))
    draw_learning(tmp_path / "none.svg", {}, ["graph"])
    assert any("learns by gradient" in text for text in words(tmp_path / "none.svg"))
    (tmp_path / "history.csv").write_text("epoch,train_loss\nx,3\n")
    with pytest.raises(UserError, match="not a history of losses"):
        read_curves(tmp_path / "history.csv")
