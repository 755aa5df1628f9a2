"""From keypoints in the picture to joints in space: a small network, and how it learns from motion of our own."""
