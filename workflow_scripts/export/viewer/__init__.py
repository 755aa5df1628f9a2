"""The page that shows dances in three dimensions: what goes into it, how it is packed, and its scripts."""
