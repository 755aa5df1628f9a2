"""The key of a comparison: which name on the page is which dance. It stays with those who ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import write_table

COLUMNS = ("clip", "model", "song", "sample")


@dataclass(frozen=True)
class Clip:
    """A dance under the name that voters see."""

    clip: str
    model: str
    song: str
    sample: str

    @property
    def dance(self) -> str:
        """What it has in common with those it is compared with."""
        return f"{self.song}_{self.sample}"


def write_key(target: Path, clips: Iterable[Clip]) -> None:
    """Write the key atomically, as TSV."""
    write_table(target, COLUMNS, [vars(clip) for clip in clips])


def read_keys(paths: Sequence[Path]) -> dict[str, Clip]:
    """Return {name on the page: dance} of one or several keys. Nothing is deleted: a key cannot be made again.

    Raises:
        UserError: a file is missing or no key.
    """
    clips: dict[str, Clip] = {}
    for path in paths:
        try:
            lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: no readable key ({error}); `snakemake abx` writes it beside the page") from error
        if not lines or tuple(lines[0]) != COLUMNS or any(len(line) != len(COLUMNS) for line in lines):
            raise UserError(f"{path}: not a key: a table with the columns {', '.join(COLUMNS)} is expected")
        clips |= {line[0]: Clip(*line) for line in lines[1:]}
    return clips
