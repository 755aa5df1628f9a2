"""Numbers that others printed for this protocol, quoted to be read beside ours. None of them is computed here."""

from collections.abc import Mapping
from types import MappingProxyType

COLUMNS = ("FID_k", "FID_g", "Div_k", "Div_g", "BAS")
BAILANDO = "Siyao et al., Bailando, CVPR 2022"
MOTIUS = "github.com/ZeyuLing/Motius, its AIST++ protocol, July 2026"
DANCEBA = "github.com/fancongyi/Danceba, README (its own evaluation)"
XRMOGEN = "github.com/openxrlab/xrmogen, benchmark in its documentation"


def _row(source: str, *values: float) -> Mapping[str, float | str]:
    return MappingProxyType({**dict(zip(COLUMNS, values, strict=True)), "source": source})


# The same system stands in several lines where several people computed it: that is how far such numbers agree.
QUOTED: Mapping[str, Mapping[str, float | str]] = MappingProxyType(
    {
        "ground truth (paper)": _row(BAILANDO, 17.10, 10.60, 8.19, 7.45, 0.2374),
        "ground truth (released data)": _row(MOTIUS, 17.16, 10.66, 8.17, 7.49, 0.2247),
        "Bailando (paper)": _row(BAILANDO, 28.16, 9.62, 7.83, 6.34, 0.2332),
        "Bailando (released model)": _row(MOTIUS, 28.11, 9.70, 7.73, 6.31, 0.2268),
        "Bailando (trained again)": _row(XRMOGEN, 28.75, 11.82, 6.41, 6.13, 0.2244),
        "Bailando (trained again, its other table)": _row(XRMOGEN, 28.24, 12.63, 6.81, 6.57, 0.2425),
        "DanceRevolution (trained again)": _row(XRMOGEN, 64.01, 32.28, 3.76, 3.29, 0.2031),
        "EDGE (released model)": _row(MOTIUS, 38.06, 20.64, 3.93, 3.47, 0.2562),
        "TM2D": _row(MOTIUS, 43.42, 20.42, 3.77, 3.13, 0.1903),
        "UniMuMo": _row(MOTIUS, 17.72, 38.64, 8.88, 8.47, 0.2430),
        "Danceba": _row(DANCEBA, 12.92, 14.38, 8.24, 7.44, 0.2902),
    }
)
