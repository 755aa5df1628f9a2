"""What made the results: versions of packages, digests of code and files, the state of the checkout."""

import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.provenance import PACKAGE, ROOT, digest

# Of the packages that numbers depend on; what an output itself was made with is said beside these.
PACKAGES = (
    *("snakemake", "numpy", "scipy", "torch", "lightning", "mediapipe", "opencv-python-headless", "h5py"),
    *("soundfile", "soxr", "av", "imageio-ffmpeg", "matplotlib", "pydantic"),
)


@dataclass(frozen=True)
class Made:
    """An output of the run: its path in results, its SHA-256, and the digest of the code that made it."""

    path: str
    sha256: str
    code: str


def installed_versions() -> dict[str, str]:
    """Return {package: version} of what is installed: Python, this project, and those of PACKAGES that are there."""
    found = {"python": python_version()}
    for name in ("playlist2dance", *PACKAGES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def recorded_versions(provenances: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return {package: versions} that outputs say they were made with; several where they differ."""
    found: dict[str, set[str]] = defaultdict(set)
    for provenance in provenances:
        for name, number in provenance.get("versions", {}).items():
            found[name].add(str(number))
    return {name: sorted(numbers) for name, numbers in sorted(found.items())}


def made(results: Path, path: str, code: str) -> Made:
    """Return an output with its digest; `path` is relative to `results`."""
    return Made(path, sha256_of(results / path), code)


def package_digest() -> str:
    """Return one digest of all source files of this package, as they are."""
    files = sorted((ROOT / PACKAGE).rglob("*.py"))
    return digest({str(path.relative_to(ROOT)): sha256_of(path) for path in files})


def commit(folder: Path = ROOT) -> str:
    """Return the commit of the checkout that `folder` is, with a "+" where files differ from it; "" if it is none."""
    found = _git(folder, "rev-parse", "--verify", "HEAD")
    inside = _git(folder, "rev-parse", "--show-toplevel")
    if not found or not inside or Path(inside).resolve() != folder.resolve():
        return ""
    return found + ("+" if _git(folder, "status", "--porcelain", "--untracked-files=no") else "")


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)  # noqa: S607
    except OSError:  # no git here
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
