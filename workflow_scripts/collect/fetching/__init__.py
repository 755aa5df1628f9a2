"""Bringing media from elsewhere: the web client, its limits and faults, and a first look at what came."""
