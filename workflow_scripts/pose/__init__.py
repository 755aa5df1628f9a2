"""3D poses of every clip, estimated from its video or imported; entry points, one file each."""
