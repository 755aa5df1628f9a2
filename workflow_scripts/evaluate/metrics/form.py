"""The two forms in which a metric is given."""

from typing import Literal

Form = Literal["published", "corrected"]
"""`published`: the definition of the published code to the last frame, errors and all, so that numbers can be laid
beside printed tables. It belongs to one frame rate (60 or 30 per second), at which the motion must be given.

`corrected`: the same measure without its errors; frames are turned into seconds, so that one motion at 24, 30 and 60
frames per second gets one number. Every metric says what it corrects. Its numbers belong in no published table.
"""
