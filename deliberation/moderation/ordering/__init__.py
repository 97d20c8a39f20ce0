"""Putting in order what is shown: the right place, alike ones together, a conversation to its end."""
