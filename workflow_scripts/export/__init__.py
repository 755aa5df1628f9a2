"""Files of dances for other programs: Blender, browsers, VideoPose3D, EDGE, AIST++, tables."""
