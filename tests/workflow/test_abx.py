"""The comparison by people, from the models' dances to their ratings."""

from pathlib import Path

import pytest
from workflow_runs import Workflow, started

pytestmark = pytest.mark.workflow

KEY = "clip\tmodel\tsong\tsample\naaa\tone\tsong01\t0\nbbb\ttwo\tsong01\t0\n"
VOTES = "voter,number,left,right,answer,repeat,seconds\nann,1,aaa,bbb,left,0,3.0\n"


def test_one_model_alone_is_nothing_to_compare(workflow: Workflow) -> None:
    workflow.configure({"use": {"models": ["seq2seq"]}})
    done = workflow.run("abx", "--dry-run")
    assert done.returncode != 0
    assert "abx: compares the dances of two models or more; use.models has seq2seq" in done.stdout


def test_without_votes_nothing_is_made_to_score_them(workflow: Workflow) -> None:
    done = workflow.run("abx_scores", "--dry-run")
    assert done.returncode != 0
    assert "votes/ has no .csv yet" in done.stdout


def with_votes(workflow: Workflow) -> Path:
    (workflow.work / "results").mkdir()
    (workflow.work / "votes").mkdir()
    (workflow.work / "results" / "abx_key.tsv").write_text(KEY)
    (workflow.work / "votes" / "ann.csv").write_text(VOTES)
    return workflow.work / "results" / "abx_scores.csv"


def test_votes_are_scored_by_the_key_that_is_there_and_again_when_others_come(workflow: Workflow) -> None:
    """Nothing else runs: a page that was made again would have another key, and the votes would be lost."""
    table = with_votes(workflow)
    done = workflow.run("abx_scores")
    assert done.returncode == 0, done.stdout
    assert started(done.stdout) == {"abx_scores": 1, "score_abx": 1}
    assert table.read_text().splitlines()[1].startswith("one,")
    assert workflow.planned("abx_scores") == {}
    (workflow.work / "votes" / "bob.csv").write_text(VOTES.replace("ann", "bob").replace("left,0", "right,0"))
    assert workflow.planned("abx_scores")["score_abx"] == 1


def test_votes_keep_the_key_that_lies_beside_them(workflow: Workflow) -> None:
    with_votes(workflow)
    (workflow.work / "votes" / "first_page.tsv").write_text(KEY)
    (workflow.work / "results" / "abx_key.tsv").write_text(KEY.replace("aaa", "ccc").replace("bbb", "ddd"))
    done = workflow.run("abx_scores")
    assert done.returncode == 0, done.stdout


def test_a_key_beside_the_votes_is_enough(workflow: Workflow) -> None:
    """On another machine, or when results/ is gone: no model is trained to make a key that fits no vote."""
    with_votes(workflow)
    (workflow.work / "results" / "abx_key.tsv").rename(workflow.work / "votes" / "page.tsv")
    done = workflow.run("abx_scores")
    assert done.returncode == 0, done.stdout
    assert started(done.stdout) == {"abx_scores": 1, "score_abx": 1}


def test_a_vote_of_another_page_is_said_with_its_line(workflow: Workflow) -> None:
    with_votes(workflow)
    (workflow.work / "results" / "abx_key.tsv").write_text(KEY.replace("aaa", "ccc"))
    done = workflow.run("abx_scores")
    assert done.returncode != 0
    assert "votes/ann.csv: line 2: no dance of this comparison is called 'aaa'" in done.stdout
