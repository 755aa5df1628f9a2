"""Skeletons, kinematics and the pose file: no stage of its own, every stage may import it."""
