import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from collect.playlist_server import Manner, Site, serving
from pose.published_weights import checkpoint, entry, tensors

from workflow_scripts.pose import checkpoints, fetch_weights, weights
from workflow_scripts.pose.fetch_weights import fetch
from workflow_scripts.pose.weights import Weights
from workflow_scripts.workflow.errors import UserError


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a proxy nor the real table: `published` and `offered` fill one of this test's own."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(weights, "WEIGHTS", {})


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as one:
        yield one


def published(data: bytes, site: str = "http://127.0.0.1:9") -> Weights:
    """Publish a file as the weights "net"; without a site, at an address where nobody answers."""
    net = weights.WEIGHTS["net"] = entry(data, site)
    return net


def offered(site: Site, data: bytes) -> str:
    """Publish a file as the weights "net" on the site; returns the path there."""
    path = published(data, site.url).url.removeprefix(site.url)
    site.files[path] = ("application/octet-stream", data)
    return path


def brought(data: bytes, folder: Path) -> Weights:
    """Publish a file where nobody answers, and put it into the folder by hand."""
    net = published(data)
    folder.mkdir(exist_ok=True)
    (folder / net.file).write_bytes(data)
    return net


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("old_form", [True, False])
def test_a_download_becomes_plain_tensors_and_a_note(site: Site, tmp_path: Path, old_form: bool) -> None:
    data = checkpoint(old_form=old_form)
    offered(site, data)
    path = fetch("net", tmp_path / "weights")
    loaded = torch.load(path, weights_only=True)
    assert type(loaded) is dict
    assert loaded.keys() == tensors().keys()
    for name, value in tensors().items():
        torch.testing.assert_close(loaded[name], value, rtol=0, atol=0)
    note = json.loads(path.with_suffix(".json").read_text())
    assert note["published_sha256"] == hashlib.sha256(data).hexdigest()
    assert note["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (note["url"], note["licence"]) == (weights.WEIGHTS["net"].url, "MIT")
    assert files(tmp_path / "weights") == {"net.pt", "net.json"}


def test_equal_weights_give_equal_bytes(site: Site, tmp_path: Path) -> None:
    offered(site, checkpoint())
    first, second = (fetch("net", tmp_path / folder) for folder in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_what_is_there_is_not_fetched_again_and_what_was_damaged_is(site: Site, tmp_path: Path) -> None:
    offered(site, checkpoint())
    path = fetch("net", tmp_path)
    good, before = path.read_bytes(), path.stat().st_mtime_ns
    fetch("net", tmp_path)
    assert len(site.log) == 1
    assert path.stat().st_mtime_ns == before
    path.write_bytes(good[:-10])
    fetch("net", tmp_path)
    assert len(site.log) == 2
    assert path.read_bytes() == good


def test_new_weights_under_an_old_name_are_fetched(site: Site, tmp_path: Path) -> None:
    offered(site, checkpoint())
    fetch("net", tmp_path)
    other = {"state_dict": {"head.weight": torch.ones(3)}}
    offered(site, checkpoint(other))
    path = fetch("net", tmp_path)
    assert torch.load(path, weights_only=True)["head.weight"].tolist() == [1, 1, 1]


def test_a_file_with_another_hash_is_never_unpickled(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = offered(site, checkpoint())
    forged = checkpoint({"state_dict": {"head.weight": torch.zeros(4)}})
    site.files[path] = ("application/octet-stream", forged)
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("unpickled before the hash was checked"))
    with pytest.raises(UserError) as caught:
        fetch("net", tmp_path)
    message = str(caught.value)
    assert weights.WEIGHTS["net"].prefix in message
    assert hashlib.sha256(forged).hexdigest() in message
    assert files(tmp_path) == set()


def test_a_server_that_refuses_or_sends_less_than_it_says(site: Site, tmp_path: Path) -> None:
    path = offered(site, checkpoint())
    site.first_codes[path] = [404]
    site.manners[path] = Manner(lie=1000)
    for reason in ("the server answers 404", "cannot be downloaded"):
        with pytest.raises(UserError, match=reason):
            fetch("net", tmp_path)
        assert files(tmp_path) == set()


def test_a_server_that_does_not_say_how_long_the_file_is(site: Site, tmp_path: Path) -> None:
    path = offered(site, checkpoint())
    site.manners[path] = Manner(framing="close")
    assert fetch("net", tmp_path).is_file()


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_download_that_breaks_off(site: Site, tmp_path: Path, framing: str) -> None:
    path = offered(site, checkpoint({"state_dict": {"large": torch.arange(90_000.0)}}))
    site.manners[path] = Manner(framing=framing)
    site.drops[path] = 1
    with pytest.raises(UserError, match=r"cannot be downloaded|not the published file"):
        fetch("net", tmp_path)
    assert files(tmp_path) == set()
    assert fetch("net", tmp_path).is_file()  # the next try succeeds


def test_an_endless_answer_has_an_end(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = offered(site, checkpoint())
    site.manners[path] = Manner(framing="chunked", endless=True)
    monkeypatch.setattr(fetch_weights, "LARGEST_FILE", 2**21)
    with pytest.raises(UserError, match="are not these weights"):
        fetch("net", tmp_path)
    assert files(tmp_path) == set()


def test_without_a_network_the_message_says_which_file_to_put_where(tmp_path: Path) -> None:
    net = published(checkpoint())
    with pytest.raises(UserError) as caught:
        fetch("net", tmp_path / "weights")
    message = str(caught.value)
    for part in (net.url, net.prefix, f"folder {tmp_path / 'weights'}", "ConnectionError"):
        assert part in message


def test_a_file_that_was_brought_is_used_without_a_network_and_stays(tmp_path: Path) -> None:
    net = brought(checkpoint(), tmp_path)
    path = fetch("net", tmp_path)
    assert torch.load(path, weights_only=True).keys() == tensors().keys()
    assert files(tmp_path) == {net.file, "net.pt", "net.json"}


def test_a_wrong_file_that_was_brought_is_told_and_stays_unused(tmp_path: Path) -> None:
    net = brought(checkpoint(), tmp_path)
    (tmp_path / net.file).write_bytes(checkpoint()[:-100])
    with pytest.raises(UserError, match=f"begin with {net.prefix} and is [0-9a-f]{{64}}.*Remove .*{net.file}"):
        fetch("net", tmp_path)
    assert files(tmp_path) == {net.file}


class Malicious:
    """What a pickle can do: call anything when it is read."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> object:
        return self.call


@pytest.mark.parametrize("old_form", [True, False])
@pytest.mark.parametrize("place", ["meta", "state_dict"])
@pytest.mark.parametrize("function", ["eval", "getattr"])
def test_a_file_that_would_run_code_does_not_even_with_the_right_hash(
    tmp_path: Path, old_form: bool, place: str, function: str
) -> None:
    trap = tmp_path / "sprung"
    call = Malicious(eval, f"open({str(trap)!r}, 'w')") if function == "eval" else Malicious(getattr, "", "upper")
    content = {"meta": {}, "state_dict": tensors()}
    content[place]["evil"] = call
    data = checkpoint(content, old_form)
    brought(data, tmp_path)
    if (place, function) == ("meta", "getattr"):  # the notes of mmengine have it; it is read as nothing
        fetch("net", tmp_path)
    else:
        said = "asks for 'eval', which is no data" if function == "eval" else "something that is no tensor: 'evil'"
        with pytest.raises(UserError, match=said):
            fetch("net", tmp_path)
        assert not (tmp_path / "net.pt").exists()
    assert not trap.exists()


@pytest.mark.parametrize("old_form", [True, False])
def test_notes_with_arrays_and_losses_are_passed_over(tmp_path: Path, old_form: bool) -> None:
    mmengine = pytest.importorskip("mmengine.logging.history_buffer", reason="make setup-mmpose")
    notes = {
        "loss": mmengine.HistoryBuffer([1.0, 2.0], [1, 1]),
        "sigmas": np.linspace(0, 1, 26, dtype=np.float32),
        "joint_weights": np.ones(4)[::2],
        "best": np.float64(0.7),
        "names": ["nose"],
        "flip": {"pairs": ((1, 2),), 3: None},
    }
    data = checkpoint({"meta": notes, "message_hub": {"log_scalars": notes}, "state_dict": tensors()}, old_form)
    # numpy 1, with which the weights were published, has the same functions under other names.
    assert b"numpy._core" in data
    before = data.replace(b"cnumpy._core.multiarray", b"cnumpy.core.multiarray")
    for form in [data] + ([before] if old_form else []):
        folder = tmp_path / str(len(form))
        brought(form, folder)
        assert torch.load(fetch("net", folder), weights_only=True).keys() == tensors().keys()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"meta": {}}, "without the tensors of a network"),
        ({"state_dict": {}}, "without the tensors of a network"),
        ([1, 2], "without the tensors of a network"),
        ({"state_dict": {"weight": [1.0]}}, "something that is no tensor: 'weight'"),
        ({"state_dict": {3: torch.ones(1)}}, "something that is no tensor: '3'"),
    ],
)
def test_a_checkpoint_without_a_network_is_told(tmp_path: Path, content: object, reason: str) -> None:
    path = tmp_path / "file.pth"
    path.write_bytes(checkpoint(content))
    with pytest.raises(UserError, match=reason):
        checkpoints.network_tensors(path)


@pytest.mark.parametrize("old_form", [True, False])
def test_broken_bytes_are_told(tmp_path: Path, old_form: bool) -> None:
    data, path = checkpoint(old_form=old_form), tmp_path / "file.pth"
    for broken in (b"", b"hello", b"<html>" * 100, data[:40], data[: len(data) // 2], data[:-30]):
        path.write_bytes(broken)
        with pytest.raises(UserError, match=r"file\.pth: "):
            checkpoints.network_tensors(path)


def test_too_large_a_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.pth"
    path.write_bytes(checkpoint())
    monkeypatch.setattr(checkpoints, "LARGEST_FILE", 100)
    with pytest.raises(UserError, match="larger than"):
        checkpoints.network_tensors(path)


def test_the_command_names_the_files_and_refuses_unknown_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    brought(checkpoint(), tmp_path)
    monkeypatch.setattr(sys, "argv", ["fetch_weights", "--folder", str(tmp_path), "net"])
    fetch_weights.main()
    assert capsys.readouterr().out == f"{tmp_path / 'net.pt'}: nothing. Licence: MIT.\n"
    monkeypatch.setattr(sys, "argv", ["fetch_weights", "net", "no_such"])
    with pytest.raises(SystemExit):
        fetch_weights.main()
