"""Errors a user can act on, and the frame every entry point runs in."""

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from workflow_scripts.workflow.lifeline import end_with_the_run


class UserError(Exception):
    """Something the user can mend. The message says what, where and what to do; it is printed without a traceback."""


class BrokenFileError(UserError):
    """An intermediate file that is incomplete or unreadable. It has been deleted, so that the next run remakes it."""


def broken_file(path: Path, reason: str) -> BrokenFileError:
    """Delete the intermediate file `path` and return the error to raise (a rerun then heals the workflow)."""
    path.unlink(missing_ok=True)
    return BrokenFileError(f"{path}: {reason}. The file was deleted: run the same command again to remake it.")


def entry_point(main: Callable[[], None]) -> None:
    """Run `main`, the body of `python -m workflow_scripts.<stage>.<verb>`.

    A `UserError` becomes one line on stderr and exit status 1. Any other exception is a defect of ours: its first
    line says so, and the traceback follows for the bug report.
    """
    end_with_the_run()
    try:
        main()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except BrokenPipeError:
        os._exit(1)
    except Exception as error:
        message = f"internal error in {sys.argv[0]}: {error!r}\nPlease report this with the lines below.\n"
        sys.stderr.write(message)
        traceback.print_exc()
        sys.exit(70)  # EX_SOFTWARE of sysexits.h
