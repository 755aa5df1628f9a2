"""The files that a page holds as they are: no modules, so that who watches code has to be told of them."""

from pathlib import Path

HERE = Path(__file__).parent
TEMPLATE, STYLE = HERE / "page" / "viewer.html", HERE / "page" / "viewer.css"
# In this order they make one script.
SCRIPTS = tuple(
    HERE / "page" / name
    for name in ("data.js", "motion.js", "figure.js", "stage.js", "clock.js", "controls.js", "main.js")
)
LIBRARY, LICENCE = HERE / "vendor" / "three.min.js", HERE / "vendor" / "LICENSE"
ALL = (TEMPLATE, STYLE, *SCRIPTS, LIBRARY, LICENCE)
