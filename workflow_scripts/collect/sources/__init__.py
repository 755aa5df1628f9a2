"""What a collection's source names: folders, lists, tables, the web, the demo, motion data."""
