"""Keeping it fair: flags, decisions, the queue and the public log."""
