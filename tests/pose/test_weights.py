import json
from pathlib import Path

import pytest
import torch
from pose.published_weights import checkpoint, entry, tensors

from workflow_scripts.pose import weights
from workflow_scripts.pose.config import MMPoseConfig
from workflow_scripts.pose.fetch_weights import fetch
from workflow_scripts.pose.weights import (
    WEIGHTS,
    Weights,
    is_fetched,
    load_state,
    missing_weights,
    used_weights,
    weights_path,
)
from workflow_scripts.workflow.errors import BrokenFileError, UserError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one made-up network, `net`, that the table knows; `other` is known and not there."""
    data = checkpoint()
    table = {"net": entry(data), "other": Weights("http://127.0.0.1:9/other-0123abcd.pth", "0123abcd", "nothing")}
    monkeypatch.setattr(weights, "WEIGHTS", table)
    (tmp_path / table["net"].file).write_bytes(data)
    fetch("net", tmp_path)
    (tmp_path / table["net"].file).unlink()
    return tmp_path


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_an_entry_agrees_with_itself(name: str) -> None:
    entry = WEIGHTS[name]
    assert entry.url.startswith("https://")
    assert entry.file.endswith(".pth")
    assert len(entry.prefix) == 8
    assert f"-{entry.prefix}" in entry.file  # the publisher's own statement
    assert ("Human3.6M" in entry.licence) == ("lifts" in entry.use)


def test_every_network_that_can_be_configured_has_weights() -> None:
    from workflow_scripts.pose.config import _WORDS

    names = {name for part in ("detector", "network", "lifter") for name in _WORDS[f"pose.mmpose.{part}"]}
    assert names == set(WEIGHTS)
    assert set(used_weights(vars(MMPoseConfig()))) <= names


def test_tensors_are_loaded_as_they_were_published(folder: Path) -> None:
    loaded = load_state("net", folder)
    assert loaded.keys() == tensors().keys()
    for name, value in tensors().items():
        torch.testing.assert_close(loaded[name], value, rtol=0, atol=0)


def test_missing_weights_are_told_with_the_way_to_get_them(folder: Path) -> None:
    with pytest.raises(UserError) as caught:
        load_state("other", folder)
    message = str(caught.value)
    for part in (str(folder / "other.pt"), "missing", "http://127.0.0.1:9/other-0123abcd.pth", "0123abcd"):
        assert part in message


@pytest.mark.parametrize("fault", ["changed", "no note", "note of another file"])
def test_tensors_that_are_not_what_was_fetched_are_not_loaded(folder: Path, fault: str) -> None:
    path = weights_path("net", folder)
    note = path.with_suffix(".json")
    if fault == "changed":
        torch.save({"head.weight": torch.zeros(3)}, path)
    elif fault == "no note":
        note.unlink()
    else:
        record = json.loads(note.read_text())
        note.write_text(json.dumps(record | {"published_sha256": "0" * 64}))
    assert not is_fetched("net", folder)
    if fault == "no note":
        with pytest.raises(UserError, match=r"net\.json: missing"):
            load_state("net", folder)
        assert path.exists()
        return
    with pytest.raises(BrokenFileError, match="changed since it was made"):
        load_state("net", folder)
    assert not path.exists()  # so that the next run makes it again


def test_what_is_missing_is_what_is_neither_fetched_nor_brought(folder: Path) -> None:
    assert missing_weights(["net", "other"], folder) == ["other"]
    (folder / "other-0123abcd.pth").write_bytes(b"anything")
    assert missing_weights(["net", "other"], folder) == []
