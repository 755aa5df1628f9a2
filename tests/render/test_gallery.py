"""The gallery: every video in it, nothing of a title interpreted, nothing fetched from elsewhere."""

import base64
import hashlib
import io
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workflow_scripts.render.gallery import Beside, make_gallery
from workflow_scripts.render.page import Entry, gallery_page
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import write_json
from workflow_scripts.workflow.media import MediaError, video_writer
from workflow_scripts.workflow.poster import POSTER_PIXELS
from workflow_scripts.workflow.tables import write_table

NASTY = """<script>alert("x")</script> & 'quotes' — 音楽"""


class Outline(HTMLParser):
    """Tags with their attributes, and the text of headings and captions."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {"h2": [], "b": [], "span": []}
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in self.text:
            self.text[self._open].append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def plays(self) -> list[dict[str, str | None]]:
        """The buttons that play videos."""
        return [attrs for attrs in self.all("button") if attrs.get("class") == "play"]


def make_video(path: Path, red: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with video_writer(path, 64, 48, 30) as sink:
        for _ in range(15):
            sink.write(np.full((48, 64, 3), (red, 40, 40), np.uint8))
    return path


@pytest.fixture
def videos(tmp_path: Path) -> list[Path]:
    root = tmp_path / "renders"
    names = ("seq2seq/songs/song02_0", "graph/songs/song01_0", "seq2seq/songs/song01_0", "seq2seq/songs/song01_1")
    return [make_video(root / f"{name}.mp4", 50 * n) for n, name in enumerate(names)]


def test_every_video_is_linked_and_listed_once(videos: list[Path], tmp_path: Path) -> None:
    titles, output = {"song01": NASTY, "song02": "Second"}, tmp_path / "animations"
    make_gallery(videos, titles, output)
    expected = ["graph__song01_0", "seq2seq__song01_0", "seq2seq__song01_1", "seq2seq__song02_0"]
    assert sorted(path.name for path in output.iterdir()) == sorted(
        [*(f"{name}.mp4" for name in expected), "index.html"]
    )
    assert (output / "seq2seq__song02_0.mp4").samefile(videos[0])  # a hard link: no second copy of the data
    outline = Outline((output / "index.html").read_text(encoding="utf-8"))
    assert [attrs["src"] for attrs in outline.all("video")] == [f"{name}.mp4" for name in expected]
    assert outline.text["h2"] == [NASTY, "Second"]
    assert outline.text["b"] == ["graph", "seq2seq · 1", "seq2seq · 2", "seq2seq"]
    assert len(outline.all("script")) == 1  # ours, not the title's
    assert len(outline.plays()) == 4
    assert all(NASTY in str(attrs["aria-label"]) for attrs in outline.plays()[:3])
    assert all("autoplay" not in attrs and "muted" not in attrs for attrs in outline.all("video"))


def test_posters_show_their_videos(videos: list[Path], tmp_path: Path) -> None:
    make_gallery(videos[1:2], {}, tmp_path / "a")
    (video,) = Outline((tmp_path / "a" / "index.html").read_text(encoding="utf-8")).all("video")
    kind, data = str(video["poster"]).split(",")
    assert kind == "data:image/jpeg;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.size[0] / image.size[1] == pytest.approx(4 / 3, rel=0.01)
    assert image.size[0] * image.size[1] == pytest.approx(POSTER_PIXELS, rel=0.02)
    np.testing.assert_allclose(np.asarray(image)[180, 240], (50, 40, 40), atol=12)
    # The page knows the picture's shape before anything is loaded.
    assert (video["width"], video["height"]) == ("64", "48")


def test_the_page_asks_nobody_for_anything(videos: list[Path], tmp_path: Path) -> None:
    make_gallery(videos, {"song01": "http://example.org/title"}, tmp_path / "a")
    page = (tmp_path / "a" / "index.html").read_text(encoding="utf-8")
    outline = Outline(page)
    assert not outline.all("link")
    assert not outline.all("img")
    assert not re.search(r"url\(|@import", page)
    sources = [
        str(value) for _, attrs in outline.tags for key, value in attrs.items() if key in ("src", "href", "poster")
    ]
    assert all(source.startswith("data:") or "/" not in source for source in sources)


def test_hostile_names_do_not_leave_their_attributes() -> None:
    entry = Entry('a"b<.mp4', 'm"><img src=x>', "s", '"><svg onload=1>', "0", 61.9, "data:,")
    outline = Outline(gallery_page([entry]))
    assert not outline.all("img")
    assert not outline.all("svg")
    assert outline.text["b"] == ['m"><img src=x>']
    assert outline.text["span"] == ["1:01"]
    assert outline.all("video")[0]["src"] == "a%22b%3C.mp4"


def test_a_second_run_replaces_the_first(videos: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "animations"
    make_gallery(videos, {}, output)
    make_gallery(videos[:1], {}, output)
    assert sorted(path.name for path in output.iterdir()) == ["index.html", "seq2seq__song02_0.mp4"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert all(video.exists() for video in videos)


def test_a_broken_video_leaves_the_old_gallery(videos: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "animations"
    make_gallery(videos[:1], {}, output)
    videos[1].write_bytes(b"no video")
    with pytest.raises(MediaError, match="song01_0"):
        make_gallery(videos, {}, output)
    assert len(list(output.glob("*.mp4"))) == 1
    with pytest.raises(UserError, match="expected a path"):
        make_gallery([Path("plain.mp4")], {}, output)


def test_entry_point_with_and_without_videos(videos: list[Path], tmp_path: Path) -> None:
    songs = tmp_path / "songs.tsv"
    columns = ("id", "verdict", "title", "genre", "split")
    write_table(songs, columns, [{"id": "song01", "verdict": "ok", "title": "First & last"}])
    for given in (videos, []):
        command = [sys.executable, "-m", "workflow_scripts.render.gallery", "--videos", *given, "--songs", songs]
        done = subprocess.run([*command, "--output", tmp_path / "a"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        outline = Outline((tmp_path / "a" / "index.html").read_text(encoding="utf-8"))
        assert outline.text["h2"] == (["First & last", "song02"] if given else [])


@pytest.fixture
def soundtracks(tmp_path: Path) -> list[Path]:
    root = tmp_path / "renders"
    names = (
        "wavenet/demo/v01.0000_0",
        "wavenet/demo/v01.0000_1",
        "original/demo/v01.0000_0",
        "a_b/demo/v01.0000_0",
        "wavenet/other/v01.0000_0",
        "original/demo/v01.0002_0",
        "wavenet/songs/song01.graph_0",
    )
    return [make_video(root / f"{name}.mp4", 30 * n) for n, name in enumerate(names)]


def test_sounds_stand_beside_what_they_were_made_for(
    videos: list[Path], soundtracks: list[Path], tmp_path: Path
) -> None:
    titles = {"song01": "First", "song02": "Second", "demo/v01": NASTY}
    make_gallery(videos, titles, tmp_path / "a", soundtracks)
    page = (tmp_path / "a" / "index.html").read_text(encoding="utf-8")
    outline = Outline(page)
    # Songs first, then clips; a clip is numbered only where there is another of its video.
    assert outline.text["h2"] == ["First", "Second", f"{NASTY} · clip 0000", f"{NASTY} · clip 0002", "other/v01"]
    assert outline.text["b"] == [
        *("graph", "graph · sound by wavenet", "seq2seq · 1", "seq2seq · 2"),
        "seq2seq",
        *("original sound", "sound by a b", "sound by wavenet · 1", "sound by wavenet · 2"),
        "original sound",
        "sound by wavenet",
    ]
    labels = [str(attrs["aria-label"]) for attrs in outline.plays()]
    assert labels[1] == "Play First, danced by graph · sound by wavenet"
    assert labels[5] == f"Play {NASTY} · clip 0000, original sound"
    assert "4 dances · 2 songs · 4 models · 5 soundtracks" in page
    linked = {path.name for path in (tmp_path / "a").iterdir() if path.suffix == ".mp4"}
    assert linked == {str(attrs["src"]) for attrs in outline.all("video")}
    assert len(linked) == len(videos) + len(soundtracks)
    assert (tmp_path / "a" / "wavenet.songs.song01.graph_0.mp4").samefile(soundtracks[-1])


def test_no_two_videos_get_one_name(tmp_path: Path) -> None:
    """Names may hold what parts names elsewhere."""
    paths = ["a__b/c/d.0_0", "a/b__c/d.0_0", "a/songs/d.0_0", "a/b/c__d.0_0", "a_/_b/c.0_0", "a/b/c.0_0_0"]
    found = [make_video(tmp_path / f"{path}.mp4", 9) for path in paths]
    dances = [make_video(tmp_path / "a" / "songs" / name, 9) for name in ("b__c__d_0.mp4", "b_0.mp4")]
    make_gallery(dances, {}, tmp_path / "out", found)
    assert len(list((tmp_path / "out").glob("*.mp4"))) == len(paths) + len(dances)
    assert all(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", path.name) for path in (tmp_path / "out").iterdir())


@pytest.mark.parametrize("path", ["w/demo/v01_0.mp4", "w/demo/v01.0000.mp4", "w/d.e/v01.0_0.mp4", "v01.0_0.mp4"])
def test_other_paths_of_soundtracks_are_explained(path: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected a path like"):
        make_gallery([], {}, tmp_path / "a", [Path(path)])


def test_entry_point_names_clips_by_their_collections(soundtracks: list[Path], tmp_path: Path) -> None:
    songs, demo = tmp_path / "songs.tsv", tmp_path / "demo.tsv"
    write_table(songs, ("id", "title"), [{"id": "v01", "title": "A song"}])
    write_table(demo, ("id", "verdict", "title"), [{"id": "v01", "verdict": "ok", "title": "A lesson"}])
    command = [sys.executable, "-m", "workflow_scripts.render.gallery", "--soundtracks", soundtracks[0]]
    command += ["--songs", songs, "--collections", demo, "--output", tmp_path / "a"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    outline = Outline((tmp_path / "a" / "index.html").read_text(encoding="utf-8"))
    assert outline.text["h2"] == ["A lesson"]
    assert "<p>1 model · 1 soundtrack</p>" in (tmp_path / "a" / "index.html").read_text(encoding="utf-8")


def test_measures_genres_and_3d_pages_stand_on_their_dances(videos: list[Path], tmp_path: Path) -> None:
    together = make_video(tmp_path / "renders" / "together" / "songs" / "song01_0.mp4", 9)
    sound = make_video(tmp_path / "renders" / "wavenet" / "songs" / "song01.graph_0.mp4", 9)
    viewers = {}
    for model in ("graph", "seq2seq"):
        viewers[model, "song01_0"] = tmp_path / "exports" / model / "songs" / "song01_0.html"
        viewers[model, "song01_0"].parent.mkdir(parents=True)
        viewers[model, "song01_0"].write_text(model)
    measured = tmp_path / "measures" / "graph" / "songs" / "song01_0.json"
    numbers = {"beat_hit_share": 0.614, "beat_hit_share_shuffled": 0.3, "frozen_share": 0.04, "foot_skate": None}
    write_json(measured, {"genre": "waltz", "measures": numbers})
    beside = Beside({"song01": "disco", "song02": ""}, {("graph", "song01_0"): measured}, viewers)
    make_gallery([*videos, together], {"song01": "First"}, tmp_path / "a", [sound], beside)
    page = (tmp_path / "a" / "index.html").read_text(encoding="utf-8")
    outline = Outline(page)
    cards = [(attrs["data-model"], attrs["data-sound"], attrs["data-genre"]) for attrs in outline.all("figure")]
    # What a dance was asked for goes before what its song is.
    assert cards == [
        ("graph", "", "waltz"),
        ("graph", "wavenet", "disco"),
        ("seq2seq", "", "disco"),
        ("seq2seq", "", "disco"),
        ("together", "", "disco"),
        ("seq2seq", "", ""),
    ]
    links = [str(attrs["href"]) for attrs in outline.all("a")]
    assert links == ["graph__song01_0.html", "seq2seq__song01_0.html", "graph__song01_0.html#all"]
    assert (tmp_path / "a" / "graph__song01_0.html").samefile(viewers["graph", "song01_0"])
    assert re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)<(?:small>([^<]*)<)?", page.split("<details")[0]) == [
        ("on the beat", "61 %", "by chance 30 %"),
        ("stands still", "4 %", ""),
    ]
    assert outline.text["b"][4] == "all models side by side"


def test_only_its_own_script_runs(videos: list[Path], tmp_path: Path) -> None:
    make_gallery(videos[:1], {}, tmp_path / "a")
    page = (tmp_path / "a" / "index.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'; base-uri" in page
    make_gallery([], {}, tmp_path / "a")
    assert "script-src 'none'" in (tmp_path / "a" / "index.html").read_text(encoding="utf-8")


def test_filters_are_there_where_there_is_something_to_choose(videos: list[Path], tmp_path: Path) -> None:
    def filters(chosen: list[Path], genres: dict[str, str]) -> list[str | None]:
        make_gallery(chosen, {}, tmp_path / "a", beside=Beside(genres))
        outline = Outline((tmp_path / "a" / "index.html").read_text(encoding="utf-8"))
        return [attrs["name"] for attrs in outline.all("select")]

    assert filters(videos, {"song01": "disco", "song02": "house"}) == ["song", "model", "genre"]
    assert filters(videos[1:3], {"song01": "disco"}) == ["model"]
    assert filters(videos[:1], {}) == []


def test_samples_of_one_dance_have_names_of_their_own() -> None:
    entries = [Entry(f"{n}.mp4", "seq2seq", "song", "A song", str(n), 10.0, "data:,") for n in range(3)]
    names = [play["aria-label"] for play in Outline(gallery_page(entries)).plays()]
    assert names == [f"Play A song, danced by seq2seq · {n}" for n in (1, 2, 3)]
