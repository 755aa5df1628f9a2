"""Listing collections of motion: what is asked of the formats, digests, errors."""

import hashlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from collect.sources.test_listing import listed

from workflow_scripts.collect.sources.local import collection_digest, local_digest
from workflow_scripts.workflow.errors import UserError


@pytest.fixture
def importer(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """A registry of motion formats with one format in it; the list is of the calls."""
    calls: list[tuple[Any, ...]] = []

    def motion_rows(kind: str, source: Path, music: Path | None, fps: float) -> list[dict[str, str]]:
        calls.append((kind, source, music, fps))
        return [
            {"id": path.stem, "url": str(path), "audio": str(music / f"{path.stem}.wav") if music else "", "genre": "g"}
            for path in sorted(source.iterdir())
        ]

    module = ModuleType("workflow_scripts.collect.sources.motion")
    module.motion_rows = motion_rows  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return calls


def test_motion_is_listed_by_its_format(tmp_path: Path, importer: list[tuple[Any, ...]]) -> None:
    for name in ("motion/a.bvh", "motion/b/000.json", "motion/b/001.json", "music/a.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    source, music = str(tmp_path / "motion"), str(tmp_path / "music")

    def rows(**config: Any) -> list[dict[str, str]]:
        return listed(source, motion="bvh", **config)

    with_music = rows(music=music, fps=60)
    assert importer == [("bvh", tmp_path / "motion", tmp_path / "music", 60.0)]
    assert [(row["id"], row["audio"]) for row in with_music] == [("a", f"{music}/a.wav"), ("b", f"{music}/b.wav")]
    digests = [[row["digest"] for row in with_music], [row["digest"] for row in rows()]]
    assert importer[1] == ("bvh", tmp_path / "motion", None, 30.0)
    assert digests[1][0] == hashlib.sha256(b"motion/a.bvh").hexdigest()
    os.utime(tmp_path / "motion" / "b" / "000.json", (1, 1))  # the same content
    assert [row["digest"] for row in rows(music=music)] == digests[0]
    (tmp_path / "motion" / "b" / "001.json").write_text("other")
    (tmp_path / "music" / "a.wav").write_text("other")
    assert not {row["digest"] for row in rows(music=music)} & set(digests[0])
    with pytest.raises(
        UserError, match=r"collections\.mine\.categories: the source has no category 'salsa'; it has 1: g"
    ):
        rows(categories=["salsa"])


def test_motion_that_is_nowhere(tmp_path: Path, importer: list[tuple[Any, ...]]) -> None:
    with pytest.raises(UserError, match=r"collections\.mine\.source: there is no file or folder"):
        listed("https://host/x.bvh", motion="bvh")
    with pytest.raises(UserError, match=r"collections\.mine\.music: there is no folder"):
        listed(str(tmp_path), motion="bvh", music=str(tmp_path / "nowhere"))
    assert importer == []


def test_the_digest_of_motion_follows_all_its_files_and_its_music(tmp_path: Path) -> None:
    for name in ("motion/deep/000.json", "music/a.wav", "music/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    config = {"source": str(tmp_path / "motion"), "motion": "openpose", "music": str(tmp_path / "music")}
    seen = [collection_digest(config), collection_digest(config)]
    (tmp_path / "motion" / "deep" / "000.json").write_text("longer than it was before")
    seen.append(collection_digest(config))
    (tmp_path / "motion" / "deep" / "001.json").touch()
    seen.append(collection_digest(config))
    (tmp_path / "music" / "a.wav").unlink()
    seen.append(collection_digest(config))
    assert seen[0] == seen[1]
    assert len(set(seen)) == 4
    alone = {"source": [config["source"]], "motion": "openpose"}
    assert collection_digest(alone) not in seen
    assert collection_digest({"source": config["source"]}) == local_digest(config["source"])
