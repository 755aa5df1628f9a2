"""Machine code that numba keeps on disk is thrown away when any source of this folder has changed.

Numba itself makes a kernel again only when the kernel's own file changes, not when one does whose functions or
constants are compiled into it. Pictures would be drawn by old code and recorded as made by the new.
"""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent
STAMP = "kernels.sha256"


def drop_stale(folder: Path) -> None:
    """Delete what numba keeps in `folder` unless it was made from the sources that lie there.

    What may not be written is left: then numba has written nothing there either.
    """
    sources = sha256()
    for path in sorted(folder.glob("*.py")):
        sources.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    kept = folder / "__pycache__"
    stamp = kept / STAMP
    with suppress(OSError):
        if stamp.is_file() and stamp.read_text() == sources.hexdigest():
            return
    with suppress(OSError):
        # The index alone is enough: numba looks up in it what else there is. Another process may do the same just now.
        for path in kept.glob("*.nbi"):
            path.unlink(missing_ok=True)
        kept.mkdir(exist_ok=True)
        stamp.write_text(sources.hexdigest())
