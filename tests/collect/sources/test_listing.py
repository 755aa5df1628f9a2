"""Listing local sources: folders, lists, single files, the demo; ids; what is passed over; errors."""

import errno
import hashlib
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workflow_scripts.collect import list_collection as listing
from workflow_scripts.collect.addresses import is_search
from workflow_scripts.collect.fetching import remote
from workflow_scripts.collect.list_collection import list_collection
from workflow_scripts.collect.playlist import COLUMNS
from workflow_scripts.collect.sources.local import local_digest
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.names import SAFE_ID
from workflow_scripts.workflow.tables import read_table, write_table

ODD = 'it\'s  {great} "yes" $HOME `id` ダンス.mp4'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder, in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in (
        ODD,
        "dance.mp4",
        "sub/dance.MOV",
        "sub/deep/x.webm",
        ".hidden.mp4",
        ".cache/y.mp4",
        "notes.txt",
        "a.mp3",
    ):
        path = tmp_path / "my videos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "private.mp4").write_bytes(b"p")
    os.symlink(tmp_path / "elsewhere" / "private.mp4", tmp_path / "my videos" / "link_out.mp4")
    os.symlink(tmp_path / "elsewhere", tmp_path / "my videos" / "folder_out")
    os.symlink("dance.mp4", tmp_path / "my videos" / "link_in.mp4")
    return Path("my videos")


def listed(source: Any, kind: str = "videos", **config: Any) -> list[dict[str, str]]:
    return list_collection("mine", {"source": source, "kind": kind, **config})


def test_a_folder_is_listed_whole_and_no_further(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rows = listed("my videos")
    assert {row["url"] for row in rows} == {
        f"my videos/{name}" for name in (ODD, "dance.mp4", "link_in.mp4", "sub/dance.MOV", "sub/deep/x.webm")
    }
    by_url = {row["url"]: row for row in rows}
    assert by_url[f"my videos/{ODD}"]["digest"] == hashlib.sha256(ODD.encode()).hexdigest()
    assert all(SAFE_ID.fullmatch(row["id"]) for row in rows)
    assert len({row["id"].casefold() for row in rows}) == len(rows)
    assert by_url["my videos/sub/deep/x.webm"]["id"] == "x"
    for passed_over in ("2 hidden", "1 .txt", "1 .mp3", "1 linked folders", "1 links out of the folder"):
        assert passed_over in caplog.text


def test_paths_survive_the_table(folder: Path, tmp_path: Path) -> None:
    rows = listed("my videos")
    write_table(tmp_path / "p.tsv", COLUMNS, rows)
    assert all(Path(row["url"]).is_file() for row in read_table(tmp_path / "p.tsv", COLUMNS))


def test_ids_do_not_depend_on_the_other_files(folder: Path) -> None:
    before = {row["url"]: row["id"] for row in listed("my videos")}
    (folder / "aaa.mp4").write_bytes(b"new")
    after = {row["url"]: row["id"] for row in listed("my videos")}
    assert {url: after[url] for url in before} == before


def test_a_songs_folder_takes_sound_too(folder: Path) -> None:
    assert "my videos/a.mp3" in {row["url"] for row in listed(["my videos"], "songs")}


def test_several_sources_and_single_files(folder: Path) -> None:
    rows = listed(["my videos/sub", "my videos/a.mp3", "my videos/sub/dance.MOV"], "songs")
    assert [row["url"] for row in rows] == ["my videos/sub/dance.MOV", "my videos/sub/deep/x.webm", "my videos/a.mp3"]


def test_limit(folder: Path) -> None:
    assert [row["id"] for row in listed("my videos", limit=2)] == [row["id"] for row in listed("my videos")][:2]


def test_a_text_list(folder: Path) -> None:
    Path("lists").mkdir()
    Path("lists/mine.txt").write_text(
        "# comment\nhttps://host/v/one.mp4?t=1\n\nhttps://www.youtube.com/watch?v=abc_DEF-123\n"
        "../my videos/dance.mp4\nno/such.mp4\n"
    )
    rows = listed("lists/mine.txt")
    urls = [row["url"] for row in rows]
    assert urls[:2] == ["https://host/v/one.mp4?t=1", "https://www.youtube.com/watch?v=abc_DEF-123"]
    assert Path(urls[2]).samefile(folder / "dance.mp4")
    assert rows[0]["id"].startswith("one-")
    assert [row["id"] for row in rows[1:]] == ["abc_DEF-123", "dance", "such"]
    assert rows[2]["digest"] == hashlib.sha256(b"dance.mp4").hexdigest()
    assert rows[3].get("digest", "") == ""


@pytest.mark.parametrize("separator", ["\t", ","])
def test_a_table(folder: Path, separator: str) -> None:
    lines = [
        ("url", "start", "end", "genre", "split", "title", "id"),
        ("https://host/a.mp4", "0:21", "1:03:47.5", "house", "validation", 'A ""title""', "first"),
        ("https://host/a.mp4", "5", "9", "", "", "", ""),
        ("my videos/dance.mp4", "", "", "", "", "", ""),
    ]
    quote = (
        (lambda cell: f'"{cell}"' if '"' in cell else cell)
        if separator == ","
        else (lambda cell: cell.replace('""', '"'))
    )
    path = Path("list.csv" if separator == "," else "list.tsv")
    path.write_text("\n".join(separator.join(map(quote, cells)) for cells in lines))
    rows = listed(str(path))
    assert rows[0]["id"] == "first"
    assert (rows[0]["start"], rows[0]["end"]) == ("21.0", "3827.5")
    assert (rows[0]["genre"], rows[0]["split"], rows[0]["title"]) == ("house", "validation", 'A "title"')
    assert rows[1]["genre"] == ""
    assert rows[2]["id"] == "dance"
    assert len({row["id"] for row in rows}) == 3


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("l.tsv", "address\nx\n", r"l\.tsv: line 1: the header"),
        ("l.tsv", "url\tstart\n# c\nhttps://h/a\tlater\n", r"l\.tsv: line 3: 'later' is no time"),
        ("l.csv", "url,title\nhttps://h/a,b,c\n", r"l\.csv: line 2: 3 cells under a header of 2"),
        ("l.txt", "file:///etc/passwd\n", r"l\.txt: line 1: only http\(s\)"),
        ("l.txt", "ftp://host/a.mp4\n", r"l\.txt: line 1: only http\(s\)"),
        ("l.txt", "# nothing\n", "names nothing"),
    ],
)
def test_mistakes_in_lists(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=message):
        listed(str(tmp_path / name))


def test_a_source_that_is_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as caught:
        list_collection("tiktok", {"source": "vidoes/", "kind": "videos"})
    assert str(caught.value) == (
        'collections.tiktok.source: "vidoes/" is neither a folder, a file, "demo" nor an http(s) URL '
        f"(looked in {tmp_path}/vidoes)"
    )


def test_sources_with_nothing_in_them(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("https://h/a")
    with pytest.raises(UserError, match=r"no media in the folder .*passed over: 1 \.txt; looked for .*\.mp4"):
        listed(str(tmp_path))
    for source in ("", [], None):
        with pytest.raises(UserError, match="nothing is named"):
            listed(source)
    assert list_collection("songs", {"source": [], "kind": "songs"}) == []  # for those who want sound alone
    (tmp_path / "x.docx").write_bytes(b"")
    with pytest.raises(UserError, match="neither a list"):
        listed(str(tmp_path / "x.docx"))


def test_the_demo_is_a_playlist_like_any_other() -> None:
    rows = listed("demo", demo={"videos": 4, "seed": 3})
    assert [row["url"] for row in rows] == ["demo:v01", "demo:v02", "demo:v03", "demo:v04"]
    assert all(row["genre"] and float(row["duration"]) > 5 for row in rows)
    assert listed(["demo"], "songs", demo={"videos": 4, "seed": 3})[0]["url"] == "demo:song01"


def test_equal_paths_with_other_cuts_are_other_videos(tmp_path: Path) -> None:
    (tmp_path / "l.tsv").write_text(
        "url\tstart\tend\nhttps://h/a.mp4\t0\t5\nhttps://h/a.mp4\t5\t9\nhttps://h/a.mp4\t0\t5\n"
    )
    rows = listed(str(tmp_path / "l.tsv"))
    assert len(rows) == 2
    assert len({row["id"] for row in rows}) == 2


def test_the_digest_follows_the_source(folder: Path, tmp_path: Path) -> None:
    seen = [local_digest("my videos")]
    assert local_digest("my videos") == seen[0]
    (folder / "notes.txt").write_text("changed, but no media")
    assert local_digest("my videos") == seen[0]
    (folder / "new.mp4").write_bytes(b"1")
    seen.append(local_digest("my videos"))
    (folder / "new.mp4").write_bytes(b"12")
    seen.append(local_digest("my videos"))
    (folder / "new.mp4").unlink()
    assert local_digest("my videos") == seen[0]
    (folder / "new song.mp3").write_bytes(b"1")
    seen.append(local_digest(["my videos", "demo"]))
    assert len(set(seen)) == 4
    assert local_digest("demo") == local_digest("https://h/list") == local_digest([]) == ""
    assert local_digest("no such folder") != ""


def test_the_digest_follows_the_files_of_a_list(folder: Path) -> None:
    Path("l.txt").write_text("my videos/dance.mp4\nhttps://h/a\n")
    before = local_digest("l.txt")
    (folder / "dance.mp4").write_bytes(b"other bytes")
    assert local_digest("l.txt") != before
    Path("bad.tsv").write_text("nonsense")
    assert local_digest("bad.tsv") != ""  # the listing reports the mistake


def test_among_many_files_one_change_is_seen(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"v{number}.mp4").touch()
    before = local_digest(str(tmp_path))
    assert local_digest(str(tmp_path)) == before
    (tmp_path / "v1234.mp4").write_bytes(b"1")
    assert local_digest(str(tmp_path)) != before
    assert len(listed(str(tmp_path))) == 2000


def test_links_that_lead_in_a_circle(folder: Path) -> None:
    before = listed("my videos")
    os.symlink(".", folder / "itself")
    os.symlink("../..", folder / "sub" / "above")
    os.symlink("b.mp4", folder / "a.mp4")
    os.symlink("a.mp4", folder / "b.mp4")
    os.symlink("no such.mp4", folder / "dangling.mp4")
    assert listed("my videos") == before
    assert local_digest("my videos") != ""
    with pytest.raises(UserError, match="neither a folder"):
        listed("my videos/a.mp4")


def test_names_and_things_that_no_table_can_hold(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for name in (b"line\nbreak.mp4", b"tab\t.mp4", b"latin-\xe9.mp4", b"good.mp4"):
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe.mp4")
    assert [row["id"] for row in listed(str(tmp_path))] == ["good"]
    assert "passed over: 3 names with line breaks, tabs or invalid UTF-8, 1 not a file" in caplog.text


def test_a_folder_that_cannot_be_read_does_not_stop_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    forbid(monkeypatch, "my videos/sub")
    assert {row["id"] for row in listed("my videos")} >= {"link_in"}
    assert "passed over, since it cannot be read: my videos/sub (Permission denied)" in caplog.text
    with pytest.raises(UserError, match=r"passed over: 1 unreadable folders: my videos/sub \(Permission denied\)"):
        listed("my videos/sub")
    assert local_digest("my videos/sub") != ""


def forbid(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """Let a folder be one that this user may not read (modes do not stop the superuser)."""
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if os.fspath(path) == folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)


def test_a_file_that_cannot_be_read_is_the_downloads_matter(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(listing, "sha256_of", refuse)
    assert {row["digest"] for row in listed("my videos")} == {""}
    assert "cannot be read: my videos/dance.mp4 (Permission denied)" in caplog.text


@pytest.mark.parametrize("source", ["x" * 5000, "no\0where", "~nobody-here/videos"])
def test_impossible_paths_are_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="neither a folder"):
        listed(source)
    assert local_digest(source) != ""


def test_a_search_is_listed_like_a_playlist(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def found(source: str, limit: int | None) -> list[remote.Entry]:
        asked.append((source, limit))
        return [remote.Entry("https://www.youtube.com/watch?v=-abc_DEF123", "-abc_DEF123", "K-pop", 61.5)]

    monkeypatch.setattr(remote, "list_playlist", found)
    (row,) = listed("ytsearch20:kpop dance practice", limit=3)
    assert (row["url"], row["title"], row["duration"]) == (
        "https://www.youtube.com/watch?v=-abc_DEF123",
        "K-pop",
        "61.5",
    )
    assert SAFE_ID.fullmatch(row["id"])
    assert not row["id"].startswith("-")
    assert asked == [("ytsearch20:kpop dance practice", 3)]
    assert local_digest("ytsearch20:kpop dance practice") == ""


@pytest.mark.parametrize(
    ("source", "search"),
    [
        ("ytsearch:a", True),
        ("ytsearch5:a b", True),
        ("ytsearchall:a", True),
        ("ytsearchdate12:a", False),
        ("ytsearch", False),
        ("ytsearchx:a", False),
        ("scsearch5:a", False),
        ("my ytsearch5:a", False),
        ("https://ytsearch5:a", False),
    ],
)
def test_what_a_search_is(source: str, search: bool) -> None:
    assert is_search(source) == search


def test_planning_imports_nothing_heavy() -> None:
    code = (
        "import sys; import workflow_scripts.collect.sources.local, workflow_scripts.collect.cutting.cuts;"
        "print([name for name in ('numpy', 'av', 'yt_dlp', 'h5py') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_entry_point(folder: Path) -> None:
    command = [sys.executable, "-m", listing.__name__, "--collection", "mine", "--output", "out/mine.tsv", "--config"]
    done = subprocess.run(
        [*command, '{"source": "my videos", "kind": "videos"}'], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(read_table(Path("out/mine.tsv"), COLUMNS)) == 5
    done = subprocess.run([*command, '{"source": "nowhere"}'], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: collections.mine.source:")
