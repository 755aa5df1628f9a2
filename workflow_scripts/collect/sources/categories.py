"""Which categories of its sources a collection takes."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from workflow_scripts.workflow.errors import UserError


class Categories:
    """A selection of categories (labels, genres, folders), blind to case, spaces, hyphens and underscores.

    It remembers which ones it was asked about, so that a wanted one that no source has can be told from one that is
    there. Empty, it takes everything.
    """

    def __init__(self, wanted: Iterable[str] = ()) -> None:
        self._wanted = {_folded(name): name for name in wanted}
        self._answers: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._wanted)

    def takes(self, name: str) -> bool:
        """Tell whether videos of this category ("" if they have none) are taken."""
        if (answer := self._answers.get(name)) is None:
            answer = self._answers[name] = not self._wanted or _folded(name) in self._wanted
        return answer

    def check(self, key: str) -> None:
        """Raise a UserError if a wanted category was nowhere; it names `key` of the configuration and close matches."""
        known = {_folded(name): name for name in sorted(self._answers) if name}
        for folded, name in self._wanted.items():
            if folded in known:
                continue
            if not known:
                raise UserError(f"{key}: the source has no categories to choose {name!r} from")
            close = [known[match] for match in get_close_matches(folded, known, n=3, cutoff=0.6)]
            close += [known[other] for other in known if folded in other and known[other] not in close][:3]
            if close:
                hint = f"did you mean {' or '.join(map(repr, close))}?"
            else:
                hint = f"it has {len(known)}: {', '.join(list(known.values())[:8])}{' ...' if len(known) > 8 else ''}"
            raise UserError(f"{key}: the source has no category {name!r}; {hint}")


def _folded(name: str) -> str:
    # File systems may store accents apart from their letters.
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFC", name).casefold())
