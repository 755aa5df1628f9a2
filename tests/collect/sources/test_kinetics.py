"""Kinetics as published, as curated by movenet, and as a folder: splits, categories, ids."""

import logging
from pathlib import Path
from typing import Any

import pytest

from workflow_scripts.collect.list_collection import list_collection
from workflow_scripts.collect.sources.kinetics import category_name, moment_name, moment_of, split_of, youtube_url
from workflow_scripts.collect.sources.local import local_digest
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.names import SAFE_ID
from workflow_scripts.workflow.tables import Row

WATCH = "https://www.youtube.com/watch?v="
K400 = """label,youtube_id,time_start,time_end,split,is_cc
breakdancing,zkyRFux7BWc,12,22,train,0
"belly dancing",-3B32lodo2M,59,69,val,0
"belly dancing",_dbcJuKJQNs,0,10,train,1
"massaging person's head",aaaaaaaaaaa,5,15,train,0
"passing American football (in game)",bbbbbbbbbbb,5,15,test,0
"""
K700 = """label,youtube_id,time_start,time_end,split
breakdancing,---QUuC4vJs,84,94,validate
belly dancing,--GkrdYZ9Tc,0,10,validate
air drumming,ccccccccccc,104,114,validate
"""
# The shape of movenet's resources/kinetics.yaml: splits above categories, null where nothing is curated.
MOVENET = """
train:
  belly_dancing:
    - _5BwgCeZ--w
    - -uv_-QtVUh0
  breakdancing:
    - 0EkwOZ7nesY
  cheerleading:
    - null
  zumba:
valid:
  belly_dancing:
    - null
  breakdancing:
    - ATdZsuVa9ss
"""


def listed(source: Any, **config: Any) -> list[Row]:
    return list_collection("k", {"source": str(source) if isinstance(source, Path) else source, **config})


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_the_published_table(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rows = listed(written(tmp_path, "train.csv", K400))
    assert [row["url"] for row in rows[:2]] == [f"{WATCH}zkyRFux7BWc", f"{WATCH}-3B32lodo2M"]
    assert [(row["start"], row["end"]) for row in rows[:3]] == [("12.0", "22.0"), ("59.0", "69.0"), ("0.0", "10.0")]
    assert [row["genre"] for row in rows[2:4]] == ["belly dancing", "massaging person's head"]
    assert [row["split"] for row in rows] == ["train", "validation", "train", "train", "test"]
    ids = [row["id"] for row in rows]
    assert ids[0] == "zkyRFux7BWc_000012"
    assert ids[1].startswith("3B32lodo2M-000059-")
    assert ids[2] == "_dbcJuKJQNs_000000"
    assert all(SAFE_ID.fullmatch(name) for name in ids)
    assert "columns that are not used: is_cc" in caplog.text


def test_a_table_without_labels_has_no_genres(tmp_path: Path) -> None:
    path = written(tmp_path, "test.csv", "youtube_id,time_start,time_end,split\nccccccccccc,104,114,test\n")
    (row,) = listed(path)
    assert (row["genre"], row["split"]) == ("", "test")
    with pytest.raises(UserError, match=r"collections\.k\.categories: the source has no categories to choose 'salsa'"):
        listed(path, categories=["salsa"])


@pytest.mark.parametrize("wanted", ["belly dancing", "Belly_Dancing", "BELLYDANCING", " belly-dancing "])
def test_categories_are_chosen_however_they_are_written(tmp_path: Path, wanted: str) -> None:
    rows = listed(written(tmp_path, "train.csv", K400), categories=[wanted])
    assert [row["id"][:10] for row in rows] == ["3B32lodo2M", "_dbcJuKJQN"]
    assert {row["genre"] for row in rows} == {"belly dancing"}


def test_categories_of_several_tables_are_looked_for_in_all(tmp_path: Path) -> None:
    sources = [str(written(tmp_path, "train.csv", K400)), str(written(tmp_path, "validate.csv", K700))]
    rows = listed(sources, categories=["breakdancing", "air drumming"])
    assert [(row["genre"], row["split"]) for row in rows] == [
        ("breakdancing", "train"),
        ("breakdancing", "validation"),
        ("air drumming", "validation"),
    ]
    assert local_digest(sources) != local_digest(sources[:1])


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("brekdancing", "did you mean 'breakdancing'"),
        ("belly", "'belly dancing'"),
        ("football", "did you mean 'passing American football (in game)'"),
        ("juggling", "it has 4: belly dancing, breakdancing, massaging person's head, passing American football"),
    ],
)
def test_a_category_that_is_not_there(tmp_path: Path, wanted: str, hint: str) -> None:
    with pytest.raises(UserError) as caught:
        listed(written(tmp_path, "train.csv", K400), categories=["breakdancing", wanted])
    assert str(caught.value).startswith(f"collections.k.categories: the source has no category '{wanted}'; ")
    assert hint in str(caught.value)


def test_ids_stay_when_the_table_grows_and_differ_without_regard_to_case(tmp_path: Path) -> None:
    before = {row["url"] + row["start"]: row["id"] for row in listed(written(tmp_path, "k.csv", K400))}
    more = "salsa,zkyRFux7BWc,40,50,train,0\nsalsa,ZKYRFUX7BWC,40,50,train,0\nsalsa,3B32lodo2M0,59,69,val,0\n"
    first, _, others = K400.partition("\n")
    after = {
        row["url"] + row["start"]: row["id"] for row in listed(written(tmp_path, "k.csv", f"{first}\n{more}{others}"))
    }
    assert {key: after[key] for key in before} == before
    assert len({name.casefold() for name in after.values()}) == len(after) == len(before) + 3


def test_one_clip_under_two_labels_is_taken_once_and_one_id_with_two_ends_twice(tmp_path: Path) -> None:
    head = "label,youtube_id,time_start,time_end,split\n"
    twice = "a,ccccccccccc,4,14,train\nb,ccccccccccc,4,14,train\nb,ccccccccccc,4,9,train\n"
    rows = listed(written(tmp_path, "k.csv", head + twice))
    assert [row["genre"] for row in rows] == ["a", "b"]
    assert len({row["id"] for row in rows}) == 2
    assert listed(written(tmp_path, "k.csv", head + twice), categories=["b"])[0]["genre"] == "b"


def test_a_long_table_is_read_for_what_is_wanted_only(tmp_path: Path) -> None:
    lines = (
        f"label {number % 700},a{number:010d},{number % 500},{number % 500 + 10},train" for number in range(20_000)
    )
    path = written(tmp_path, "k.csv", "label,youtube_id,time_start,time_end,split\n" + "\n".join(lines) + "\n")
    rows = listed(path, categories=["label 13"], limit=5)
    assert [row["id"] for row in rows] == [f"a{number:010d}_{number % 500:06d}" for number in range(13, 3500, 700)]


def test_the_list_that_movenet_curated(tmp_path: Path) -> None:
    rows = listed(written(tmp_path, "kinetics.yaml", MOVENET))
    assert [(row["url"].removeprefix(WATCH), row["genre"], row["split"]) for row in rows] == [
        ("_5BwgCeZ--w", "belly dancing", "train"),
        ("-uv_-QtVUh0", "belly dancing", "train"),
        ("0EkwOZ7nesY", "breakdancing", "train"),
        ("ATdZsuVa9ss", "breakdancing", "validation"),
    ]
    assert rows[0]["id"] == "_5BwgCeZ--w"
    assert [row["split"] for row in listed(tmp_path / "kinetics.yaml", categories=["break dancing"])] == [
        "train",
        "validation",
    ]
    with pytest.raises(UserError, match="names nothing in the categories zumba, cheerleading"):
        listed(tmp_path / "kinetics.yaml", categories=["zumba", "cheerleading"])
    with pytest.raises(UserError, match="no category 'rumba'; did you mean 'zumba'"):
        listed(tmp_path / "kinetics.yaml", categories=["rumba"])


def test_ids_in_yaml_come_out_as_they_are_written(tmp_path: Path) -> None:
    words = ["-1234", "1e5", "yes", "0x1F", "2001-12-14", "1_000", "off", "True", "007", "0o17", "Null_", "N"]
    text = "breakdancing:\n" + "".join(f"  - {word}\n" for word in words) + "  - 'null'\n  - ! 12\n"
    urls = [row["url"] for row in listed(written(tmp_path, "l.yml", text))]
    assert urls == [WATCH + word for word in [*words, "null", "12"]]


@pytest.mark.parametrize(
    "text",
    [
        "train:\n  salsa_dancing: [abc]\n",
        "salsa dancing:\n  training: abc\n",
        "train:\n  salsa dancing:\n    - {id: abc}\n",
        "train: {salsa dancing: {youtube_id: abc}}\n",
        "- {url: 'https://www.youtube.com/watch?v=abc', label: salsa dancing, split: train}\n",
        "train: &all {salsa_dancing: [&it abc, *it]}\n",
        '{"train": {"salsa_dancing": ["abc", null]}}',
    ],
)
def test_other_structures_of_yaml(tmp_path: Path, text: str) -> None:
    (row,) = listed(written(tmp_path, "l.yaml", text))
    assert (row["url"], row["genre"], row["split"]) == (f"{WATCH}abc", "salsa dancing", "train")


def test_yaml_with_times(tmp_path: Path) -> None:
    text = """salsa:
  - {id: abc, start: 12, end: 0:22, title: 'yes', song: no}
  - {youtube_id: abc, time_start: 30.25, time_end: 40}
  - zkyRFux7BWc_000010_000020
  - https://host/x.mp4
  - {url: mine.mp4, id: named, start: ~}
"""
    rows = listed(written(tmp_path, "l.yaml", text))
    assert [(row["id"], row["start"], row["end"]) for row in rows[:3]] == [
        ("abc_000012", "12.0", "22.0"),
        ("abc_000030-250", "30.25", "40.0"),
        ("zkyRFux7BWc_000010", "10.0", "20.0"),
    ]
    assert (rows[0]["title"], rows[0]["song"]) == ("yes", "no")
    assert rows[3]["url"] == "https://host/x.mp4"
    assert (rows[4]["id"], rows[4]["url"], rows[4]["start"]) == ("named", str(tmp_path / "mine.mp4"), "")


def test_no_tag_in_yaml_makes_an_object(tmp_path: Path) -> None:
    target = tmp_path / "pwned"
    text = f"salsa:\n  - !!python/object/apply:os.mkdir [{target}]\n"
    with pytest.raises(UserError, match="a list within a list"):
        listed(written(tmp_path, "l.yaml", text))
    assert not target.exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Kinetics folder as downloaders leave it."""
    for name in (
        "train/breakdancing/zkyRFux7BWc_000010_000020.mp4",
        "train/belly_dancing/-3B32lodo2M_000059_000069.mp4",
        "train/loose.mp4",
        "valid/breakdancing/MEguK5_ding.mp4",
        "valid/breakdancing/deeper/x.mkv",
        "test/breakdancing/zkyRFux7BWc_000010_000020.mp4",
        "annotations/train.csv",
        "README.md",
    ):
        path = tmp_path / "kinetics" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "kinetics"


def places(rows: list[Row], folder: Path) -> dict[str, tuple[str, str]]:
    return {str(Path(row["url"]).relative_to(folder)): (row["split"], row["genre"]) for row in rows}


def test_a_folder_gives_split_and_category(folder: Path) -> None:
    rows = listed(folder)
    assert places(rows, folder) == {
        "test/breakdancing/zkyRFux7BWc_000010_000020.mp4": ("test", "breakdancing"),
        "train/belly_dancing/-3B32lodo2M_000059_000069.mp4": ("train", "belly dancing"),
        "train/breakdancing/zkyRFux7BWc_000010_000020.mp4": ("train", "breakdancing"),
        "train/loose.mp4": ("train", ""),
        "valid/breakdancing/MEguK5_ding.mp4": ("validation", "breakdancing"),
        "valid/breakdancing/deeper/x.mkv": ("validation", "breakdancing"),
    }
    by_name = {Path(row["url"]).name: row for row in rows if "/test/" not in row["url"]}
    assert by_name["MEguK5_ding.mp4"]["id"] == "MEguK5_ding"
    assert by_name["-3B32lodo2M_000059_000069.mp4"]["id"].startswith("3B32lodo2M-000059-000069-")
    assert all(row["start"] == row["end"] == "" for row in rows)  # they are cut already
    (folder / "test" / "breakdancing" / "zkyRFux7BWc_000010_000020.mp4").unlink()
    assert "zkyRFux7BWc_000010_000020" in {row["id"] for row in listed(folder)}


def test_categories_of_a_folder_with_splits(folder: Path) -> None:
    assert places(listed(folder, categories=["Belly Dancing"], genre="dance"), folder) == {
        "train/belly_dancing/-3B32lodo2M_000059_000069.mp4": ("train", "belly dancing")
    }
    with pytest.raises(UserError, match="no category 'belly'; did you mean 'belly dancing'"):
        listed(folder, categories=["belly"])


def test_categories_of_a_plain_folder(folder: Path) -> None:
    assert places(listed(folder / "train", categories=["belly_dancing", "breakdancing"]), folder / "train") == {
        "belly_dancing/-3B32lodo2M_000059_000069.mp4": ("", "belly dancing"),
        "breakdancing/zkyRFux7BWc_000010_000020.mp4": ("", "breakdancing"),
    }
    assert {place for place in places(listed(folder / "train"), folder).values()} == {("", "")}


@pytest.mark.parametrize("other", ["more/x.mp4", "x.mp4"])
def test_folders_beside_which_something_else_lies_are_no_splits(folder: Path, other: str) -> None:
    (folder / other).parent.mkdir(exist_ok=True)
    (folder / other).write_bytes(b"x")
    assert {row["split"] for row in listed(folder)} == {""}


def test_a_folder_of_tests_alone_is_a_folder_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "x.mp4").write_bytes(b"x")
    assert listed(tmp_path)[0]["split"] == ""


def test_names_of_splits() -> None:
    assert [split_of(name) for name in ("Train", "VAL", "valid", "validate", "holdout_test", "", "dev")] == [
        "train",
        "validation",
        "validation",
        "validation",
        "test",
        "",
        None,
    ]


def test_names_of_clips() -> None:
    assert moment_of("-3B32lodo2M_000059_000069") == ("-3B32lodo2M", "59", "69")
    assert moment_of("__NrybzYzUg_000415_000425") == ("__NrybzYzUg", "415", "425")
    assert moment_of("red_head_000001") == ("red_head_000001", "", "")
    assert [moment_name("a", start) for start in ("", "7", "59.9996", "3.25", "1234567")] == [
        "a_000000",
        "a_000007",
        "a_000060",
        "a_000003-250",
        "a_1234567",
    ]
    assert category_name("dancing__gangnam_style ") == "dancing gangnam style"
    with pytest.raises(ValueError, match="no YouTube id"):
        youtube_url("abc&list=x")
