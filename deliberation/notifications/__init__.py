"""Keeping people informed. So far: the outbox."""
