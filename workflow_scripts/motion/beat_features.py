"""Features that say where the beats are. They are 0 where there is no sound; others hold their last value there."""

# 1 in the frame of an event, 0 else.
PULSES = frozenset({"onset_peaks", "beat_pulses", "percussive_beats"})
# Where between beats a frame is, as points on a circle.
PHASES = frozenset({"beat_phase"})
