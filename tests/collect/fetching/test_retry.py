"""Which downloads are made again: good ones never, failed ones once for each time the user asks."""

from pathlib import Path

from workflow_scripts.collect.retry import asked_for
from workflow_scripts.workflow.files import write_json

OLD, NEW = {"max_seconds": 60, "match_filter": ""}, {"max_seconds": 90, "match_filter": ""}


def status(path: Path, **values: object) -> Path:
    write_json(path, {"attempt": 0, "limits": OLD, "status": "bad"} | values)
    return path


def test_what_was_never_fetched_follows_the_configuration(tmp_path: Path) -> None:
    assert asked_for(tmp_path / "none.json", 2, NEW) == {"attempt": 2, **NEW}


def test_what_went_well_stays_as_it_was(tmp_path: Path) -> None:
    assert asked_for(status(tmp_path / "a.json", status="ok", attempt=1), 5, NEW) == {"attempt": 1, **OLD}


def test_what_failed_is_tried_again_once_for_each_number(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    made = []
    for retry in (0, 0, 1, 1, 0, 3, 2):
        asked = asked_for(path, retry, OLD)
        if not path.exists() or asked["attempt"] != made[-1]:
            made.append(asked["attempt"])
            path.unlink(missing_ok=True)
            status(path, attempt=asked["attempt"])
    assert made == [0, 1, 3]


def test_what_failed_is_tried_again_under_new_limits(tmp_path: Path) -> None:
    assert asked_for(status(tmp_path / "a.json"), 0, NEW) == {"attempt": 0, **NEW}


def test_a_broken_report_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    assert asked_for(tmp_path / "a.json", 1, NEW) == {"attempt": 1, **NEW}
