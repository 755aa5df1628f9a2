"""How well a sound goes with a dance, and how like the sound is to the one that was danced to."""
