"""The report as a page: what it says, and how it stands in a real browser."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from browser import DESKTOP, PHONE, opened, wait_until

from tests.report.tiny_run import CONFIG, NASTY, config_json, write_run
from workflow_scripts.evaluate.held_out import MEASURES
from workflow_scripts.report.page import comparison
from workflow_scripts.report.page.held_out import SAYS, held_out_section
from workflow_scripts.report.page.parts import duration, interval, number
from workflow_scripts.report.rulegraph import RuleGraph
from workflow_scripts.report.write import Run, report


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = write_run(tmp_path_factory.mktemp("run"))
    target = results / "report.html"
    target.write_text(
        report(Run(results, CONFIG, ["tiny"], results.parent / "logs" / "benchmarks"), target), encoding="utf-8"
    )
    return target


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_nothing_overflows_and_every_picture_loads(browser: Any, page: Path, size: tuple[int, int]) -> None:
    with opened(browser, page, size) as watched:
        watched.page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        wait_until(watched.page, "[...document.images].every((image) => image.complete)")
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert watched.page.evaluate("[...document.images].map((image) => image.naturalWidth)").count(0) == 0
        assert watched.page.evaluate("document.images.length") == 6
        assert watched.troubles == []


def test_the_contents_lead_to_every_section(browser: Any, page: Path) -> None:
    with opened(browser, page) as watched:
        links = watched.page.evaluate("[...document.querySelectorAll('nav a')].map((each) => each.hash.slice(1))")
        ids = watched.page.evaluate("[...document.querySelectorAll('section')].map((each) => each.id)")
    assert links == ids
    assert ids == ["corpus", "models", "comparison", "held_out", "genres", "animations", "versions", "reproduce"]


def test_one_preview_plays_at_a_time(browser: Any, page: Path) -> None:
    with opened(browser, page) as watched:
        plays = "[...document.querySelectorAll('video')].map((video) => !video.paused)"
        buttons = watched.page.locator(".play")
        assert buttons.count() == 4
        buttons.nth(0).click()
        wait_until(watched.page, "document.querySelector('video').currentTime > 0")
        buttons.nth(1).click()
        assert watched.page.evaluate(plays) == [False, True, False, False]
        buttons.nth(1).click()
        assert watched.page.evaluate(plays) == [False] * 4
        assert watched.troubles == []


def test_links_lead_to_the_whole_videos(browser: Any, page: Path) -> None:
    with opened(browser, page) as watched:
        files = watched.page.evaluate(
            "[...document.querySelectorAll('.film a')].map((each) => each.getAttribute('href'))"
        )
    assert len(files) == 4
    assert all((page.parent / file).is_file() for file in files)


def test_minutes_that_two_datasets_share_are_counted_once(page: Path, tmp_path: Path) -> None:
    results = write_run(tmp_path)
    (results / "datasets" / "other.h5").write_bytes((results / "datasets" / "main.h5").read_bytes())
    models = {**CONFIG["models"], "seq2seq": {**CONFIG["models"]["seq2seq"], "dataset": "other"}}
    run = Run(results, {**CONFIG, "models": models}, ["tiny"], results)
    once = "<b>0.2</b>minutes learned from"
    assert once in page.read_text()
    assert once in report(run, results / "report.html")


def test_words_of_strangers_stay_words(page: Path) -> None:
    text = page.read_text()
    assert NASTY not in text
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_the_page_tells_no_password(page: Path) -> None:
    text = page.read_text()
    assert "secret" not in text
    assert "- https://songs.example/list?name=a@b" in text
    assert "HTTPS://y/z is gone" in text


def test_likeness_is_marked_and_says_with_what(browser: Any, page: Path) -> None:
    with opened(browser, page) as watched:
        chips = watched.page.evaluate(
            "[...document.querySelectorAll('#comparison .measures')[0].querySelectorAll('.like .chip')]"
            ".map((chip) => [chip.textContent, chip.className, chip.title])"
        )
    assert chips == [
        ["T", "chip truth", "cannot be told from truth"],
        ["F", "chip other", "cannot be told from frozen"],
        ["N?", "chip unsure", "cannot be said whether it is like noise"],
    ]


def test_corrected_stands_beside_published_and_what_is_missing_is_said(browser: Any, page: Path) -> None:
    with opened(browser, page) as watched:
        group = watched.page.locator("details", has_text="Distribution")
        heads = group.locator("thead th span").all_text_contents()
        assert heads == ["fid_k", "fid_k_corrected", "fid_k_corrected_floor"]
        # Where the floor has no column it stands below its FID.
        cell = watched.page.locator("#comparison tbody").first.locator("tr").first.locator("td").nth(2)
        assert cell.inner_text().split() == ["0.123", "[0.100,", "0.200]", "floor", "0.123"]
        assert "floor" not in group.locator("tbody").inner_text()
    assert "Not measured here: bar_phase." in page.read_text()


def test_a_page_of_many_songs_and_reasons_stays_small_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = write_run(tmp_path)
    ledger = results / "quarantine.tsv"
    ledger.write_text(ledger.read_text() + "".join(f"pose\ttiny\tv9.{n:04d}\t\tquality 0.{n}\t\n" for n in range(200)))
    run = Run(results, CONFIG, ["tiny"], results)
    text = report(run, results / "report.html")
    assert text.count("quality 0.") == 97 + 1  # and one of the dataset
    assert "And 103 for 103 other reasons." in text
    assert "more song" not in text
    monkeypatch.setattr(comparison, "MOST_BYTES", 1000)
    text = report(run, results / "report.html")
    assert "Those of 1 more song are in results/evaluation/figures/beats." in text


def test_gains_of_held_out_songs_are_green_only_above_zero(browser: Any, page: Path) -> None:
    with opened(browser, page) as watched:
        kinds = watched.page.evaluate("[...document.querySelectorAll('.gain')].map((each) => each.className)")
        names = watched.page.locator("#held_out tbody th[scope=row]").all_text_contents()
    assert kinds == ["gain truth", "gain other"]
    # Controls that are the same for both models are shown once.
    assert names == ["motion graph", "motion graph, other songs", "seq2seq", "frozen"]


def test_every_held_out_measure_is_explained(page: Path) -> None:
    assert set(SAYS) == set(MEASURES)
    assert f"<dt>l1</dt><dd>{SAYS['l1']}</dd>" in page.read_text()


def test_one_held_out_song_alone_is_said(page: Path) -> None:
    said = "Two held-out songs are needed to compare with other songs"
    assert said not in page.read_text()
    where = {"row": "model", "model": "seq2seq", "dataset": "main", "split": "validation", "clips": "1", "samples": "1"}
    measured = {f"l1{end}": "" for end in ("_low", "_high", "_gain", "_gain_low", "_gain_high")}
    section = held_out_section([{**where, "l1": "0.7", **measured}])
    assert section is not None
    assert f"{said}: there is no gain of dataset main." in section.html
    assert "1 clip, 1 dance to each" in section.html


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        (None, ""),
        ({"main": "validation", "other": "test"}, ""),
        ({"main": "train"}, "being like it says nothing."),
        ({"main": "train", "<b>": "validation"}, "being like it says nothing (dataset main)."),
        ({"<b>": "train", "main": "test"}, "being like it says nothing (dataset &lt;b&gt;)."),
    ],
)
def test_a_truth_that_was_learned_from_is_said_above_the_table(truth: dict[str, str] | None, said: str) -> None:
    content = {"measures": {}, "rows": []} | ({} if truth is None else {"truth": truth})
    html = comparison.comparison_section(content, {}, []).html
    assert ("Nothing was kept aside" in html) == bool(said)
    assert said in html.partition("<table")[0]


def test_one_model_that_learns_without_gradients_has_no_curve_and_is_one(page: Path, tmp_path: Path) -> None:
    results = write_run(tmp_path)
    assert "Learning curves:" in page.read_text()
    run = Run(results, {**CONFIG, "use": {**CONFIG["use"], "models": ["motion_graph"]}}, ["tiny"], results)
    text = report(run, results / "report.html")
    assert "Learning curves:" not in text
    assert "<b>1</b>model<" in text
    assert "Tempo, bpm (minutes)" in text


def test_the_same_run_gives_the_same_bytes_and_costs_alone_may_differ(tmp_path: Path) -> None:
    results = write_run(tmp_path)
    command = [sys.executable, "-m", "workflow_scripts.report.write", "--results", str(results)]
    command += ["--config", config_json(), "--collections", "tiny"]
    pages = []
    for name, benchmarks in {"a": "logs/benchmarks", "b": "logs/benchmarks", "c": "logs"}.items():
        target = results / f"{name}.html"
        subprocess.run([*command, "--benchmarks", str(tmp_path / benchmarks), "--output", str(target)], check=True)
        pages.append(target.read_text())
    assert pages[0] == pages[1]
    assert pages[2] != pages[0]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    results = write_run(tmp_path)
    (results / "evaluation" / "held_out.csv").unlink()
    command = [sys.executable, "-m", "workflow_scripts.report.write", "--results", str(results)]
    command += ["--config", json.dumps(CONFIG), "--collections", "tiny", "--output", str(tmp_path / "page.html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(r"held_out\.csv is missing: run `snakemake", done.stderr)


def test_without_held_out_songs_and_genres_there_are_no_such_sections(tmp_path: Path) -> None:
    results = write_run(tmp_path)
    (results / "evaluation" / "held_out.csv").write_text("row,model,dataset,split,clips,samples\n")
    for name in ("tiny", "songs"):
        table = results / "admitted" / f"{name}.tsv"
        table.write_text(table.read_text().replace("\thouse\n", "\t\n"))
    text = report(Run(results, CONFIG, ["tiny"], results), results / "report.html")
    assert 'id="held_out"' not in text
    assert 'id="genres"' not in text


def test_a_classifier_speaks_only_of_models_whose_dances_it_can_tell(browser: Any, page: Path) -> None:
    with opened(browser, page) as watched:
        cells = watched.page.locator("#genres .wide").nth(1).locator("tbody tr").all_inner_texts()
    assert [cell.split() for cell in cells] == [
        ["seq2seq", "0.875", "of", "9", "clips", "0.750", "[0.500,", "1.00]", "of", "4", "dances", "asked", "for", "a",
         "genre", "0.500"],
    ]  # fmt: skip


def test_the_rules_are_drawn_where_they_are_known(browser: Any, tmp_path: Path) -> None:
    results = write_run(tmp_path)
    rules = RuleGraph([(f"rule_{number}", "write_report") for number in range(40)], {"write_report": 1})
    target = results / "report.html"
    target.write_text(report(Run(results, CONFIG, ["tiny"], results, rules), target), encoding="utf-8")
    with opened(browser, target, PHONE) as watched:
        assert watched.page.locator("#rules svg").count() == 1
        assert watched.page.evaluate("document.querySelector('#rules svg').clientWidth") > PHONE[0]
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert watched.troubles == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (0.12345, "0.123"),
        (1234.5, "1234"),
        (-0.5, "−0.500"),
        (1.0, "1.00"),
        (99.96, "100"),
        (7, "7"),
        (-1.5e14, "−1.5e14"),
        (2e-6, "2.0e−6"),
    ],
)
def test_numbers_have_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_intervals_and_durations() -> None:
    assert interval(None, 1.0) == ""
    assert interval(0.123, 15.6) == "<small>[0.123, 15.6]</small>"
    assert interval(0.602, 0.604) == "<small>[0.602, 0.604]</small>"
    assert [duration(seconds) for seconds in (5.04, 600, 9000)] == ["5.0 s", "10.0 min", "2.5 h"]
