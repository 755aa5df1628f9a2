"""The AIST++ protocol: cases, joints, scores, and the numbers that others printed."""
