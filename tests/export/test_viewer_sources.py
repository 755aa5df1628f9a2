"""What rules/export_inputs.smk takes as the page's sources is what the page is made of."""

from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.export.viewer import sources
from workflow_scripts.export.viewer.assemble import Show, viewer_page
from workflow_scripts.export.viewer.content import Packed


def test_every_file_that_goes_into_a_page_is_listed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[Path] = set()
    for name in ("read_text", "read_bytes"):
        own = getattr(Path, name)
        monkeypatch.setattr(Path, name, lambda path, *a, own=own, **k: read.add(path) or own(path, *a, **k))
    show = Show("title", Packed("", {"frames": 1, "fps": 30.0, "dancers": []}), 0, None, np.empty(0), np.empty(0))
    assert "OrbitControls" in viewer_page(show)
    assert read == set(sources.ALL)
    assert (sources.HERE / "vendor" / "LICENSE") in sources.ALL
    kept = {path for path in (sources.HERE / "page").iterdir() if path.suffix in (".js", ".css", ".html")}
    assert kept <= set(sources.ALL)
