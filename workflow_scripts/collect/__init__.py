"""Listing, downloading and cutting videos and songs."""
