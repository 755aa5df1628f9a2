"""Which controls a number cannot be told from."""

from collections.abc import Mapping

from workflow_scripts.evaluate.summary import Part


def alike(part: Part, controls: Mapping[str, Part]) -> list[str]:
    """Return the controls whose interval overlaps that of a number, with a "?" those where it cannot be said.

    Args:
        part: {mean, low, high} of the number.
        controls: the same of each control.
    """
    found = []
    for name, other in controls.items():
        if part["mean"] is None or other["mean"] is None:
            continue
        if part["low"] is None or part["high"] is None or other["low"] is None or other["high"] is None:
            found.append(f"{name}?")
        elif part["low"] <= other["high"] and other["low"] <= part["high"]:
            found.append(name)
    return found
