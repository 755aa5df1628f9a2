"""The configuration for Kinetics on a folder as its downloaders leave it: clips stay whole, folders give the labels."""

import csv
import json
from pathlib import Path

import pytest
import soundfile
import yaml
from workflow_runs import ROOT, new_workflow

from workflow_scripts.demo.write_kinetics import write_kinetics
from workflow_scripts.workflow.tables import read_table

pytestmark = pytest.mark.workflow


def test_clips_of_kinetics(tmp_path: Path) -> None:
    workflow = new_workflow(tmp_path)
    # Of the first category one clip for each split, of the others two.
    paths = list(write_kinetics(workflow.work / "kinetics_mini", 7, 1, size=(64, 80)))
    for name in ("kinetics", "kinetics_offline"):
        workflow.configure(yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()))
    # A song has no picture: a clip's own will do.
    song = str(paths[1].relative_to(workflow.work))
    workflow.configure(
        {"collections": {"kinetics": {"categories": ["zumba"]}}, "songs": [song], "use": {"songs": "all"}}
    )
    done = workflow.run("clips")
    assert done.returncode == 0, done.stdout
    rows = read_table(workflow.work / "results" / "admitted" / "kinetics.tsv", ("id", "verdict", "genre", "split"))
    assert sorted(row["split"] for row in rows) == ["test", "train", "validation"]
    for row in rows:
        assert (row["verdict"], row["genre"]) == ("ok", "zumba")
        clips = workflow.work / "results" / "clips" / "kinetics" / row["id"]
        (clip,) = read_table(clips / "clips.tsv", ("start_s", "end_s", "frames", "samples"))
        assert (clip["start_s"], clip["end_s"], clip["frames"], clip["samples"]) == ("0", "10", "300", "441000")
        assert read_table(clips / "left_out.tsv", ("reason",)) == []


@pytest.mark.slow
def test_sound_is_learned_from_kinetics(tmp_path: Path) -> None:
    """The miniature as docs/soundtracks.md shows it, with a network that is small enough for minutes."""
    workflow = new_workflow(tmp_path)
    list(write_kinetics(workflow.work / "kinetics_mini", 9, 1))
    for name in ("kinetics", "kinetics_offline"):
        workflow.configure(yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()))
    small = {"residual": 8, "skip": 8, "layers": 6, "channels": 8, "max_epochs": 1}
    workflow.configure({"songs": [], "use": {"songs": "all"}, "models": {"wavenet": {"settings": small}}})
    done = workflow.run("soundtracks")
    assert done.returncode == 0, done.stdout
    for model in ("soundtrack_retrieval", "wavenet"):
        sounds = sorted((workflow.work / "results" / "soundtracks" / model / "kinetics").glob("*.wav"))
        assert len(sounds) == 3  # the test clips, one of each category
        assert {round(soundfile.info(sound).duration, 2) for sound in sounds} == {10.0}
        genres = {json.loads(soundfile.SoundFile(sound).comment)["genre"] for sound in sounds}
        assert genres == {"breakdancing", "jumpstyle dancing", "zumba"}
    with (workflow.work / "results" / "evaluation" / "soundtracks.csv").open(newline="") as file:
        assert {"soundtrack_retrieval", "wavenet", "metronome"} <= {row["name"] for row in csv.DictReader(file)}
