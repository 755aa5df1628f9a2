"""`snakemake report` on the finished tiny run: it works, and the page is as stale as what it shows."""

import pytest
from workflow_runs import Workflow, started

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def reported(finished: Workflow) -> Workflow:
    done = finished.run("report")
    assert done.returncode == 0, done.stdout
    assert started(done.stdout) == {"write_report": 1, "report": 1}
    return finished


def test_the_page_shows_the_run(reported: Workflow) -> None:
    page = (reported.work / "results" / "report.html").read_text()
    for anchor in (
        "corpus",
        "models",
        "comparison",
        "held_out",
        "genres",
        "animations",
        "rules",
        "versions",
        "reproduce",
    ):
        assert f'<section id="{anchor}">' in page
    assert page.count("data:video/mp4;base64,") == 2
    assert page.count('<svg class="rulegraph"') == 1
    # What Snakemake measured, by rule.
    assert "estimate_poses" in page


def test_a_report_that_is_there_is_not_made_again_and_another_proxy_is_no_reason(reported: Workflow) -> None:
    assert reported.planned("report") == {}
    assert reported.planned("--config", "download={'proxy': 'http://127.0.0.1:9'}", "--", "report") == {}


def test_new_code_of_the_page_makes_it_again_and_nothing_else(reported: Workflow) -> None:
    module = reported.project / "workflow_scripts" / "report" / "page" / "genres.py"
    before = module.read_text()
    module.write_text(before.replace('"Genres"', '"Kinds"'))
    try:
        planned = reported.planned("report")
    finally:
        module.write_text(before)
    assert set(planned) - {"report"} == {"write_report"}
