"""The plain command's options, and what it says of mistakes before anything is drawn."""

import logging
import sys
from pathlib import Path

import pytest

from tests.render.motion_files import (
    ALL,
    PLAIN,
    SMALL,
    write_ours,
    write_videopose3d,
)
from workflow_scripts.render import animate as command
from workflow_scripts.render import gif
from workflow_scripts.render.animate import animate
from workflow_scripts.render.performances import Choice
from workflow_scripts.workflow.errors import UserError


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["animate", *map(str, arguments)])
    command.main()


def test_options_may_stand_anywhere(tmp_path: Path, shown: list, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ours(tmp_path / "a.h5")
    write_videopose3d(tmp_path / "b.npy")
    a, b, out = tmp_path / "a.h5", tmp_path / "b.npy", tmp_path / "out.mp4"
    options = ["--fps", 60, "--style", "skeleton", "--quality", "draft", "--format", "square", "--camera", "orbit"]
    for arguments in ([a, b, out, *options], [*options, a, b, out], [a, *options, b, out], [a, b, *options, out]):
        run(monkeypatch, *arguments, "--title", "T", "--captions", "x", "y", "z")
        scene, settings, _ = shown[-1]
        assert [one.caption for one in scene.dancers] == ["x", "y", "z"]
        assert (scene.title, scene.fps) == ("T", 60)
        assert (settings.style, settings.quality, settings.camera) == ("skeleton", "draft", "orbit")
        assert settings.size == (1080, 1080)
    run(monkeypatch, a, out, "--clip", "2")
    assert shown[-1][0].seconds == pytest.approx(1.0)


def test_captions_that_took_the_output_are_noticed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "a.h5", "b.h5", "--captions", "one", "two", "out.mp4")
    assert "--captions took out.mp4 for a name: put --captions behind OUTPUT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["a.h5", "out.avi"], r"out.avi: written are .mp4, .gif, .png"),
        (["a.h5", "b.npy"], r"b.npy: written are .mp4"),
        (["a.h5", "out"], "out: written are"),
        (["out.mp4", "out.mp4"], "out.mp4: is read, and would be overwritten"),
        (["none.npy", "out.mp4"], "none.npy: there is no such file or folder"),
        (["a.h5", "out.mp4", "--source-fps", "0"], "--source-fps has to be 1 to 1000, not 0"),
        (["a.h5", "out.mp4", "--start", "-1"], "--start and --audio-start have to be 0 or more"),
        (["a.h5", "out.mp4", "--seconds", "0"], "--seconds more than 0"),
        (["a.h5", "out.mp4", "--start", "nan"], "--start and --audio-start have to be 0 or more.* numbers"),
        (["a.h5", "out.mp4", "--audio-start", "inf"], "--start and --audio-start have to be 0 or more.* numbers"),
        (["a.h5", "out.mp4", "--seconds", "inf"], "--seconds more than 0, and all of them numbers"),
        (["a.h5", "out.mp4", "--seconds", "nan"], "--seconds more than 0, and all of them numbers"),
        (["a.h5", "a.h5/out.mp4"], r"a.h5/out.mp4: cannot be made, .*a.h5 is a file"),
        (["a.h5", "/proc/none/out.gif"], "/proc/none/out.gif: cannot be made"),
        (["a.h5", "out.mp4", "--width", "321"], "--width: .*multiple of 2"),
        (["a.h5", "out.mp4", "--room", "moon"], "--room: .*moon"),
    ],
)
def test_mistakes_on_the_command_line_are_said_before_anything_is_drawn(
    tmp_path: Path, shown: list, monkeypatch: pytest.MonkeyPatch, arguments: list[str], reason: str
) -> None:
    write_ours(tmp_path / "a.h5")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=reason):
        run(monkeypatch, *arguments)
    assert not shown
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5"]


@pytest.mark.parametrize("name", ["out.mp4", "out.gif", "out.png"])
def test_an_output_that_is_a_folder_is_said(tmp_path: Path, shown: list, name: str) -> None:
    (tmp_path / name).mkdir()
    write_ours(tmp_path / "a.h5")
    with pytest.raises(UserError, match=rf"{name}: is a directory; name a file in it"):
        animate([tmp_path / "a.h5"], tmp_path / name, ALL, PLAIN, SMALL)
    assert not shown


def test_no_more_is_drawn_for_a_gif_than_it_shows(
    tmp_path: Path, shown: list, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[tuple[Path, Path]] = []
    monkeypatch.setattr(gif, "make_gif", lambda video, output: made.append((video, output)))
    write_videopose3d(tmp_path / "a.npy")
    for length, rate, seconds in ((60, 2.0, 20.0), (60, 3.0, 20.0), (60, 4.0, 15.0)):
        with caplog.at_level(logging.INFO, logger="workflow_scripts.render"):
            animate([tmp_path / "a.npy"], tmp_path / "a.gif", Choice(fps=rate), PLAIN, SMALL)
        assert shown[-1][0].seconds == pytest.approx(seconds)
        assert len(made) == len(shown)
        said = [message for message in caplog.messages if "--start chooses which" in message]
        assert len(said) == (length / rate > 20.0)
        caplog.clear()
