"""Who dances, and in which colour: performers keep their looks, and no two of a scene are alike while colours last."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.performer import Colour, accents_of, looks_of


@dataclass(frozen=True)
class Look:
    """`accent` (linear RGB) is the colour of a dancer's light and words; `appearance` is who it is."""

    accent: Colour
    appearance: Appearance

    @property
    def display(self) -> tuple[int, int, int]:
        """A pale display colour (0..255) of the accent's hue, for words."""
        red, green, blue = (round(255 * (0.25 + 0.75 * part) ** (1 / 2.2)) for part in self.accent)
        return red, green, blue


def choose_looks(performers: Sequence[str]) -> list[Look]:
    """Give every performer (a model's name, say) its own dancer and colour: equal names, equal looks.

    A colour that a dancer further left has taken is left to it as long as others are free.
    """
    accents = accents_of(performers)
    return [Look(accent, looks_of(performer)) for accent, performer in zip(accents, performers, strict=True)]
