"""Music of the training dances, chosen and stretched so that its beats follow a new dance."""
