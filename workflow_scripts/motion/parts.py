"""Long motion is worked on in parts, so that an hour needs little more memory than itself."""

PART = 3000  # frames
