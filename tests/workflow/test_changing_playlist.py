"""A playlist on the web that changes: what is new runs alone, what is gone leaves the dataset, failures wait."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from collect.playlist_server import Item, Site, serving
from workflow_runs import Workflow, new_workflow, started

from workflow_scripts.motion.dataset_file import read_dataset
from workflow_scripts.workflow.tables import read_table

pytestmark = pytest.mark.workflow
DATASET = "results/datasets/main.h5"


@pytest.fixture(scope="module")
def site(films: dict[str, Path]) -> Iterator[Site]:
    with serving() as running:
        for name in ("one", "two", "three", "late"):
            film = films["two" if name == "late" else name]
            running.files[f"/v/{name}.mp4"] = ("video/mp4", film.read_bytes())
        running.codes["/v/late.mp4"] = 503
        yield running


def publish(site: Site, *names: str) -> str:
    return site.feed("/feed.xml", [Item(name, f"/v/{name}.mp4", name) for name in names])


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Workflow:
    workflow = new_workflow(tmp_path_factory.mktemp("web"))
    workflow.configure(
        {
            "collections": {"web": {"source": publish(site, "one", "two", "late"), "cutting": {"speech": False}}},
            "download": {"retries": 0},
            "use": {"collections": ["web"], "models": ["motion_graph"]},
        }
    )
    return workflow


def dancers(web: Workflow) -> set[str]:
    return {clip.video for clip in read_dataset(web.work / DATASET).clips}


def run(web: Workflow, *arguments: str) -> Counter[str]:
    done = web.run(*arguments)
    assert done.returncode == 0, done.stdout
    return started(done.stdout)


def fetched(site: Site) -> set[str]:
    names = {path.removeprefix("/v/").removesuffix(".mp4") for path, _ in site.log if path.startswith("/v/")}
    site.log.clear()
    return names


def test_what_fails_is_left_out_and_not_tried_at_each_run(web: Workflow, site: Site) -> None:
    run(web, DATASET)
    assert dancers(web) == {"one", "two"}
    assert fetched(site) == {"one", "two", "late"}
    verdicts = {row["id"]: row for row in read_table(web.work / "results/admitted/web.tsv", ("id", "verdict", "retry"))}
    assert "503" in verdicts["late"]["verdict"]
    assert verdicts["late"]["retry"] == "1"
    assert run(web, DATASET) == {}
    assert fetched(site) == set()


def test_the_web_is_listed_again_only_when_asked(web: Workflow, site: Site) -> None:
    publish(site, "one", "two", "late", "three")
    site.log.clear()
    assert run(web, DATASET) == {}
    assert site.log == []


def test_an_added_video_runs_alone(web: Workflow, site: Site) -> None:
    counts = run(web, "--forcerun", "list_collection", "--", DATASET)
    assert {rule: counts[rule] for rule in ("download", "cut", "estimate_poses", "fingerprint")} == {
        "download": 1,
        "cut": 1,
        "estimate_poses": 1,
        "fingerprint": 1,
    }
    assert fetched(site) == {"three"}
    assert dancers(web) == {"one", "two", "three"}


def test_a_removed_video_leaves_the_dataset_and_its_files_stay(web: Workflow, site: Site) -> None:
    publish(site, "one", "late", "three")
    counts = run(web, "--forcerun", "list_collection", "--", DATASET)
    assert not {"download", "cut", "estimate_poses", "extract_features"} & set(counts)
    assert dancers(web) == {"one", "three"}
    assert (web.work / "results/poses/web/two.h5").exists()
    said = web.run("unused", "--quiet", "all").stdout
    named = set(re.findall(r"MB  (\S+)  \(no longer listed by web\)", said))
    assert {"results/poses/web/two.h5", "results/clips/web/two", "results/videos/web/two.mp4"} <= named
    assert all("two" in name for name in named)


def test_a_failed_video_is_tried_again_when_asked_and_only_it(web: Workflow, site: Site) -> None:
    site.log.clear()
    counts = run(web, DATASET, "--config", "retry=1")
    assert counts["download"] == 1
    assert fetched(site) == {"late"}  # still refused
    assert "build_dataset" not in counts  # nothing that counts has changed
    assert run(web, DATASET) == {}
    del site.codes["/v/late.mp4"]
    counts = run(web, DATASET, "--config", "retry=2")
    assert (counts["download"], counts["build_dataset"]) == (1, 1)
    assert fetched(site) == {"late"}
    assert dancers(web) == {"one", "late", "three"}
    assert run(web, DATASET, "--config", "retry=2") == {}
    assert run(web, DATASET) == {}


def test_a_bad_video_that_comes_or_goes_leaves_the_dataset_alone(web: Workflow, site: Site) -> None:
    publish(site, "one", "late", "three", "nowhere")
    counts = run(web, "--forcerun", "list_collection", "--", DATASET)
    assert counts["download"] == 1
    assert "build_dataset" not in counts
    publish(site, "one", "late", "three")
    assert "build_dataset" not in run(web, "--forcerun", "list_collection", "--", DATASET)


def test_lowered_limits_leave_out_without_fetching_and_raised_ones_let_in_again(web: Workflow, site: Site) -> None:
    site.log.clear()
    web.configure({"download": {"max_seconds": 3.5}})
    done = web.run("results/admitted/web.tsv")
    assert done.returncode == 0, done.stdout
    rows = read_table(web.work / "results/admitted/web.tsv", ("id", "verdict"))
    assert all("max_seconds" in row["verdict"] for row in rows)
    web.configure({"download": {"max_seconds": 7200}})
    assert "build_dataset" not in run(web, DATASET)
    assert fetched(site) == set()
