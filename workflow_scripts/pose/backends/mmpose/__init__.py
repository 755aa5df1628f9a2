"""RTMDet, RTMPose and a 3D lifter of the OpenMMLab projects, driven in batches of our own."""
