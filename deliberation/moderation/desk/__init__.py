"""The desk: what waits, one case with everything around it, several at once, and how a team shares the work."""
