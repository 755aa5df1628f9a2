"""Drawing a human figure from joints: body, camera, room, rasteriser. Used by the demo's film and by render."""
