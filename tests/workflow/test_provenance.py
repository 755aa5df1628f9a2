"""The code digest follows meaning: comments, docstrings and layout are nothing, imported modules are everything."""

from pathlib import Path

import pytest

from workflow_scripts.workflow import provenance


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "workflow_scripts"
    (root / "pose").mkdir(parents=True)
    (root / "motion").mkdir()
    for folder in (root, root / "pose", root / "motion"):
        (folder / "__init__.py").write_text("")
    (root / "pose" / "estimate.py").write_text(
        '"""Doc."""\nimport sys\n\ndef main():\n    """Doc."""\n'
        "    from workflow_scripts.pose.backend import run  # lazily\n    return run()\n"
    )
    (root / "pose" / "backend.py").write_text("from workflow_scripts.motion import angles\ndef run():\n    return 1\n")
    (root / "motion" / "angles.py").write_text("TURN = 360\n")
    (root / "motion" / "unused.py").write_text("X = 1\n")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    return root


def digests() -> dict[str, str]:
    for cached in (provenance._source, provenance._tree, provenance._imports, provenance._module_digest):
        cached.cache_clear()
    return provenance.code_digests("workflow_scripts.pose.estimate")


def test_the_closure_holds_what_is_imported_and_no_more(package: Path) -> None:
    assert {name.removeprefix("workflow_scripts.") for name in digests()} >= {
        "pose.estimate",
        "pose.backend",
        "motion.angles",
    }
    assert "workflow_scripts.motion.unused" not in digests()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Doc."""', '"""Another text."""'),
        ("import sys\n", "# why\nimport sys\n\n\n"),
        ("  # lazily", ""),
    ],
)
def test_comments_docstrings_and_layout_change_nothing(package: Path, old: str, new: str) -> None:
    before = digests()
    path = package / "pose" / "estimate.py"
    path.write_text(path.read_text().replace(old, new))
    assert digests() == before


def test_an_imported_module_changes_exactly_its_own_digest(package: Path) -> None:
    before = digests()
    (package / "motion" / "angles.py").write_text("TURN = 361\n")
    after = digests()
    assert {name for name in after if after[name] != before[name]} == {"workflow_scripts.motion.angles"}


def test_a_string_that_is_not_a_docstring_counts(package: Path) -> None:
    before = digests()
    path = package / "pose" / "backend.py"
    path.write_text(path.read_text().replace("return 1", "return '1'"))
    assert digests() != before


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert provenance.canonical_json({"b": 1, "a": [1, 2]}) == provenance.canonical_json({"a": [1, 2], "b": 1})
    assert provenance.canonical_json({"w": 1, "h": 2}) != provenance.canonical_json({"w": 2, "h": 1})
