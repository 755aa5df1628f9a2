"""Names of features that are more than a level of sound, and so need care when time is cut or stretched."""

# 1 in the frame of an event, 0 else; 0 where there is no sound.
PULSES = frozenset({"onset_peaks", "beat_pulses", "percussive_beats"})
# Where between beats a frame is, as points on a circle; 0 where there is no sound.
PHASES = frozenset({"beat_phase"})
# Column k is about what lies k frames apart.
LAGS = frozenset({"tempogram", "percussive_tempogram"})
# Change per frame.
SLOPES = frozenset({"mfcc_delta"})
