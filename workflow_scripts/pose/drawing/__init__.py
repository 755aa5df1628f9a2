"""Pictures of poses: the skeleton over the video it was seen in, and the motion made of it from two sides."""
