"""Safe ids for files and wildcards, made from ids, titles and paths that strangers wrote."""

import hashlib
import re
import unicodedata
from collections import Counter

SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
SONGS = "songs"  # the collection of the songs to dance to: it has no pictures, and no other may have its name
ORIGINAL = "original"  # stands where a model's name does, for videos as they are: no model may have it
TOGETHER = "together"  # the same, for videos of all models side by side


def safe_id(name: str, fallback: str = "") -> str:
    """Return an id of [A-Za-z0-9_-]{1,40} for `name`.

    A name that already is a safe id stays. Any other becomes an ASCII slug of at most 31 characters plus "-" and 8
    hexadecimal digits of SHA-256 over the original (so that different names stay different). An empty name uses
    `fallback` (a URL, say) the same way.
    """
    if SAFE_ID.fullmatch(name) and not name.startswith("-"):
        return name
    original = name or fallback
    ascii_text = unicodedata.normalize("NFKD", original).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", ascii_text).strip("-")[:31].strip("-")
    short = hashlib.sha256(original.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug}-{short}" if slug else short


def unique_ids(names: list[tuple[str, str]]) -> list[str]:
    """Return one safe id per (name, key). Ids that collide all get a hash of their key (a path or URL) appended.

    Which of two equal names comes first therefore does not matter: adding a file never renames another one's id,
    except that of the one it collides with.
    """
    ids = [safe_id(name, key) for name, key in names]
    # File systems that fold case would let "A" and "a" overwrite each other.
    counts = Counter(item.casefold() for item in ids)
    result = []
    for item, (_, key) in zip(ids, names, strict=True):
        if counts[item.casefold()] > 1:
            item = f"{item[:31]}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        result.append(item)
    return result
