"""Running Snakemake on a copy of the project, in a folder of its own, as a user would (for tests/workflow)."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT_PARTS = ("Snakefile", "config.yaml", "config", "rules", "profiles", "envs", "workflow_scripts")


@dataclass
class Workflow:
    """A copy of the project (so that its code may be edited) and a folder to work in."""

    project: Path
    work: Path
    config: Path

    def run(self, *arguments: str, cores: int = 2) -> subprocess.CompletedProcess[str]:
        """Run Snakemake; returns the finished process with stdout and stderr joined."""
        return subprocess.run(
            self._command(arguments, cores),
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def start(self, *arguments: str, cores: int = 2) -> "subprocess.Popen[bytes]":
        """Start Snakemake in a session of its own, and do not wait for it.

        It heeds Ctrl-C as at a terminal, also where these tests run in the background of a shell, which ignores it.
        """
        return subprocess.Popen(
            self._command(arguments, cores),
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def _command(self, arguments: tuple[str, ...], cores: int) -> list[str]:
        command = [str(Path(sys.executable).with_name("snakemake")), "--snakefile", str(self.project / "Snakefile")]
        command += ["--directory", str(self.work), "--configfile", str(self.config), "--cores", str(cores)]
        return [*command, *arguments]

    def planned(self, *arguments: str) -> Counter[str]:
        """Return how many jobs of each rule a dry run would start."""
        done = self.run("--dry-run", *arguments)
        assert done.returncode == 0, done.stdout
        return started(done.stdout)

    def configure(self, changes: dict[str, object]) -> None:
        """Merge `changes` into the test's configuration file."""
        settings = yaml.safe_load(self.config.read_text()) if self.config.exists() else {}
        self.config.write_text(yaml.safe_dump(_merged(settings, changes)))


def started(output: str) -> Counter[str]:
    """Count the jobs of each rule that a run started, from what Snakemake printed."""
    return Counter(re.findall(r"^(?:local)?(?:rule|checkpoint) (\w+):", output, flags=re.MULTILINE))


def _environment() -> dict[str, str]:
    # One thread per job: the cores are shared with other tests.
    return os.environ | {"OMP_NUM_THREADS": "1"}


def _merged(old: dict, new: dict) -> dict:
    return old | {
        key: _merged(old[key], value) if isinstance(value, dict) and isinstance(old.get(key), dict) else value
        for key, value in new.items()
    }


# Small enough for seconds: networks that learn nothing, pictures nobody would watch. Every stage is the real one.
TINY = {
    "demo": {"videos": 2, "seed": 1},
    "use": {"songs": ["song01"]},
    "models": {"seq2seq": {"settings": {"hidden": 16, "layers": 1, "max_epochs": 2}}},
    "render": {"width": 320, "height": 240, "quality": "draft"},
}


def new_workflow(folder: Path) -> Workflow:
    """Copy the project into `folder` and configure the tiny run."""
    project, work = folder / "project", folder / "work"
    for part in PROJECT_PARTS:
        source = ROOT / part
        (project / part).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, project / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, project / part)
    work.mkdir()
    workflow = Workflow(project, work, folder / "tiny.yaml")
    workflow.configure(TINY)
    return workflow
