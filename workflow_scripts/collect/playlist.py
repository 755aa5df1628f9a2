"""The playlist: what is known of every video (or song) of a collection before it is fetched."""

# `duration`, `start` and `end` in seconds; `digest` is the SHA-256 of a local file; `song` names the music where the
# source says so; imported motion has `audio`, the path of its music, `offset`, the second of it at which the motion
# begins, and `left_out`, the reason where the source itself says that it is of no use. Empty where it is not known.
COLUMNS = (
    "id",
    "url",
    "title",
    "duration",
    "genre",
    "dancer",
    "start",
    "end",
    "split",
    "digest",
    "song",
    "audio",
    "offset",
    "left_out",
)
