"""What was found, for people: the report, and a page that asks them."""
