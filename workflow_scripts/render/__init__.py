"""The dance as a video with its music, and the gallery of all of them."""
