"""3D poses of every clip, estimated from its video."""
