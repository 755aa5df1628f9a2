"""Lists that users write, save from spreadsheets or find published: what is read, and what is said of mistakes."""

import hashlib
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from workflow_scripts.collect.list_collection import list_collection
from workflow_scripts.collect.sources.lists import read_list
from workflow_scripts.collect.sources.local import local_digest
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.names import SAFE_ID
from workflow_scripts.workflow.tables import Row


def listed(source: Any, **config: Any) -> list[Row]:
    return list_collection("mine", {"source": source, "kind": "videos", **config})


def read(folder: Path, name: str, content: str | bytes) -> list[Row]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_list(path))


def titles(rows: list[Row]) -> list[tuple[str, str]]:
    return [(row["url"], row["title"]) for row in rows]


def test_a_table_as_a_spreadsheet_saves_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rows = read(
        tmp_path,
        "l.csv",
        "\ufeffTitle,URL,Start,END,Channel,Song,Split,,\r\n"
        '"Salsa, ""on2""\r\n(live)",https://h/a,0:21,"1:02,5",x,Aguanile,VAL,,\r\n'
        ",,,,,,,,\r\n"
        "\r\n"
        "#1 of the year,https://h/commented,,,,,,,\r\n"
        '  padded  , https://h/b ,5,9.25,y,"",Training,,\r\n'
        "short,https://h/c\r\n",
    )
    assert titles(rows) == [
        ("https://h/a", 'Salsa, "on2"\r\n(live)'),
        ("https://h/b", "padded"),
        ("https://h/c", "short"),
    ]
    assert [(row["start"], row["end"]) for row in rows] == [("21.0", "62.5"), ("5.0", "9.25"), ("", "")]
    assert [row["split"] for row in rows] == ["validation", "train", ""]
    assert [row["song"] for row in rows] == ["Aguanile", "", ""]
    assert "columns that are not used: Channel" in caplog.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("l.csv", "url;title\nhttps://h/a;One, two\n"),
        ("l.csv", "sep=;\nurl;title\nhttps://h/a;One, two\n"),
        ("l.csv", "sep=|\r\nurl|title\r\nhttps://h/a|One, two\r\n"),
        ("l.csv", "url\ttitle\nhttps://h/a\tOne, two\n"),
        ("l.tsv", "url;title\nhttps://h/a;One, two\n"),
        ("l.tsv", 'url\ttitle\nhttps://h/a\t"One, two"\n'),
        ("l.csv", ';;\n"url";"title"\n"https://h/a";"One, two"\n'),
        ("l.csv", 'url,title\rhttps://h/a,"One, two"\r'),
        ("l.CSV", '# mine\n\nUrl,TITLE\nhttps://h/a,"One, two"'),
    ],
)
def test_separators_and_line_ends(tmp_path: Path, name: str, text: str) -> None:
    assert titles(read(tmp_path, name, text)) == [("https://h/a", "One, two")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["l.tsv", "l.txt", "l.yaml"])
def test_encodings(tmp_path: Path, encoding: str, name: str) -> None:
    text = {
        "l.tsv": "url\ttitle\r\nhttps://h/ダンス\té\r\n",
        "l.txt": "https://h/ダンス\r\n",
        "l.yaml": "é:\r\n  - https://h/ダンス\r\n",
    }[name]
    (row,) = read(tmp_path, name, text.encode(encoding))
    assert row["url"] == "https://h/ダンス"


def test_in_tables_with_tabs_a_quote_is_a_quote(tmp_path: Path) -> None:
    rows = read(tmp_path, "l.tsv", 'url\ttitle\nhttps://h/a\t"Dance" by X\nhttps://h/b\t"Odd\nhttps://h/c\tEnd"\n')
    assert titles(rows) == [("https://h/a", '"Dance" by X'), ("https://h/b", '"Odd'), ("https://h/c", 'End"')]
    rows = read(tmp_path, "l.tsv", 'url\ttitle\nhttps://h/a\t"Odd\nhttps://h/b\tEnd"\n')
    assert titles(rows) == [("https://h/a", '"Odd'), ("https://h/b", 'End"')]
    rows = read(tmp_path, "l.tsv", 'url\ttitle\nhttps://h/a\t"two\nlines, ""quoted"""\nhttps://h/b\tx\n')
    assert titles(rows) == [("https://h/a", 'two\nlines, "quoted"'), ("https://h/b", "x")]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("l.csv", "", "names nothing"),
        ("l.csv", "title,start\nx,1\n", r"line 1: the header must name each column once, `url` or `youtube_id`"),
        ("l.csv", "url,genre,label\nhttps://h/a,x,y\n", r"line 1: the header must name each column once"),
        ("l.csv", "url,title\nhttps://h/a,x\n,y\n", r"line 3: the url is empty"),
        ("l.csv", 'url,title\n"https://h/a","x\ny"\nhttps://h/b,x,z\n', r"line 4: 3 cells under a header of 2"),
        (
            "l.csv",
            'url,title\nhttps://h/a,x\nhttps://h/b,"open\nhttps://h/c,y\n',
            r"line 3: a quoted cell does not end",
        ),
        ("l.csv", 'url,title\nhttps://h/a,"x" y\n', r"line 2: ',' expected after '\"'"),
        (
            "l.csv",
            "url,title\nhttps://h/a\0,x\n",
            r"line 2: line breaks or control characters in the url: 'https://h/a.x00'",
        ),
        ("l.csv", f"url,title\nhttps://h/a,{'x' * 200_000}\n", r"line 2: field larger"),
        ("l.csv", "url,start,end\nhttps://h/a,9,5\n", r"line 2: it ends \(5\.0 s\) before it starts \(9\.0 s\)"),
        ("l.csv", "url,start,end\nhttps://h/a,,0\n", r"line 2: it ends \(0\.0 s\) before it starts"),
        ("l.csv", "url,start\nhttps://h/a,-4\n", r"line 2: '-4' is no time"),
        (
            "l.csv",
            "url,split\nhttps://h/a,dev\n",
            r"line 2: 'dev' is no split: write train, validation, test or nothing",
        ),
        ("l.csv", "youtube_id\n#NAME?\n=x\n", r"line 3: '=x' is no YouTube id"),
        ("l.csv", "youtube_id,title\n,x\n", r"line 2: the youtube_id is empty"),
        ("l.csv", b"url,title\nhttps://h/a,caf\xe9\n", r"not a readable UTF-8 text file"),
        ("l.txt", "ytsearch5:kpop\n", r"line 1: only http\(s\) URLs and local paths can be fetched: ytsearch5:kpop"),
        ("l.txt", "file:/etc/passwd\n", r"line 1: only http\(s\)"),
        ("l.yaml", "salsa: [abc\n", r"line 2: .*expected ',' or ']'"),
        ("l.yaml", "salsa:\n  - [abc, def]\n", r"line 2: a list within a list"),
        ("l.yaml", "train:\n  salsa:\n    on2:\n      - abc\n", r"line 4: 'on2' is one level too many"),
        ("l.yaml", "salsa:\n  - https//h a\n", r"line 2: 'https//h a' is no YouTube id"),
        ("l.yaml", "salsa:\n  - {id: abc, start: [1]}\n", r"line 2: expected a word"),
        ("l.yaml", "salsa: [a]\n---\nb: [c]\n", r"line 2: expected a single document"),
        ("l.yaml", "a: &a {train: *a}\n", r"line 1: 'train' is one level too many"),
        ("l.yaml", "[" * 900, r"nested too deeply"),
        ("l.yaml", "a: ['\x01']\n", r"not readable as YAML"),
        ("l.yaml", "# nothing yet\n", r"names nothing"),
    ],
)
def test_mistakes_are_said_with_their_line(tmp_path: Path, name: str, text: str | bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UserError, match=message) as caught:
        listed(str(path))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert local_digest(str(path)) != ""  # the planning leaves the message to the listing


def test_a_list_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.txt: not a readable"):
        list(read_list(tmp_path / "gone.txt"))


def test_a_column_of_youtube_ids(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        "l.csv",
        "youtube_id,url,start,end\n"
        "-3B32lodo2M,,1,2\n"
        "_dbcJuKJQNs_000040_000050,,,\n"
        "https://youtu.be/abc,,,\n"
        "abc,https://h/other.mp4,,\n",
    )
    watch = "https://www.youtube.com/watch?v="
    assert [(row["url"], row["start"], row["end"]) for row in rows] == [
        (f"{watch}-3B32lodo2M", "1.0", "2.0"),
        (f"{watch}_dbcJuKJQNs", "40.0", "50.0"),
        ("https://youtu.be/abc", "", ""),
        ("https://h/other.mp4", "", ""),
    ]


def test_parts_of_a_video_are_named_by_their_beginning_whatever_is_added(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text("url,start,end\nhttps://youtube.com/watch?v=abc_DEF-123,0:21,30\nmine.mp4,12.5,20\n")
    before = {row["url"] + row["start"]: row["id"] for row in listed(str(path))}
    assert list(before.values()) == ["abc_DEF-123_000021", "mine_000012-500"]
    with path.open("a") as file:
        file.write("https://youtube.com/watch?v=abc_DEF-123,0:40,50\nhttps://youtube.com/watch?v=abc_DEF-123,,20\n")
        file.write("mine.mp4,13,20\nmine.mp4,,\nmine.mp4,12.5,20\n")
    after = {row["url"] + row["start"]: row["id"] for row in listed(str(path))}
    assert {key: after[key] for key in before} == before
    assert sorted(set(after.values()) - set(before.values())) == [
        "abc_DEF-123_000000",
        "abc_DEF-123_000040",
        "mine",
        "mine_000013",
    ]


def test_every_id_is_safe_short_and_unique_without_regard_to_case(tmp_path: Path) -> None:
    long = "https://h/" + "x" * 300 + ".mp4"
    path = tmp_path / "l.csv"
    path.write_text(
        "id,url,start\n"
        f",{long},5\n,{long},6\n,{long},\n"
        "../../etc,https://h/1,\n$(rm -rf ~),https://h/2,\n-rf,https://h/3,\nダンス,https://h/4,\nSame,https://h/5,\n"
        "same,https://h/6,\n,https://h/watch?v=AbC_dEfGhIj,\n,https://h/watch?v=aBc_dEfGhIj,\n"
    )
    ids = [row["id"] for row in listed(str(path))]
    assert len({name.casefold() for name in ids}) == 11
    assert all(SAFE_ID.fullmatch(name) and not name.startswith("-") for name in ids)


def test_songs_and_titles_reach_the_playlist(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("url,song,title\nhttps://h/a,Vibe Ace,T\nhttps://h/b,,\n")
    assert [(row["song"], row["title"]) for row in listed(str(tmp_path / "l.csv"))] == [
        ("Vibe Ace", "T"),
        ("", ""),
    ]


@pytest.mark.parametrize("name", ["l.txt", "l.csv", "l.yaml"])
def test_the_digest_follows_local_files_of_all_kinds_of_lists(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.mp4").write_bytes(b"1")
    text = {"l.txt": "mine.mp4\n", "l.csv": "url\nmine.mp4\n", "l.yaml": "salsa:\n  - {url: mine.mp4}\n  - abc\n"}[name]
    (tmp_path / name).write_text(text)
    before = local_digest(str(tmp_path / name))
    (tmp_path / "mine.mp4").write_bytes(b"22")
    changed = local_digest(str(tmp_path / name))
    os.utime(tmp_path / name, (1, 1))
    assert len({before, changed, local_digest(str(tmp_path / name))}) == 3


def test_an_id_that_was_made_to_collide_is_refused(tmp_path: Path) -> None:
    made = hashlib.sha256(b"https://h/1\t\t").hexdigest()[:8]
    path = tmp_path / "l.csv"
    path.write_text(f"id,url\ndance,https://h/1\nDance,https://h/2\ndance-{made},https://h/3\n")
    with pytest.raises(UserError, match=f"two videos have the same id: dance-{made}"):
        listed(str(path))


def test_cuts_of_one_video_share_a_song(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text(
        "url,start,end,song\nhttps://h/a,0,10,\nhttps://h/a,20,30,\nhttps://h/b,0,10,\nhttps://h/a,40,50,x\n"
    )
    songs = [row["song"] for row in listed(str(path))]
    assert songs == ["x", "x", "", "x"]
    path.write_text("url,start,end\nhttps://h/a,0,10\nhttps://h/a,20,30\nhttps://h/b,0,10\n")
    songs = [row["song"] for row in listed(str(path))]
    assert songs[0] == songs[1] != ""
    assert songs[2] == ""
