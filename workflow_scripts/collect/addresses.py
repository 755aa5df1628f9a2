"""What an address is: only http(s) is ever fetched, and a search is only the user's own."""

import re

_SEARCH = re.compile(r"ytsearch(\d+|all)?:")


def is_url(address: str) -> bool:
    """Tell whether `address` is an http(s) URL, the only kind that is ever fetched."""
    return address.lower().startswith(("http://", "https://"))


def is_search(source: str) -> bool:
    """Tell whether `source` is a search on YouTube as yt-dlp writes it: `ytsearch20:words`."""
    return _SEARCH.match(source) is not None
