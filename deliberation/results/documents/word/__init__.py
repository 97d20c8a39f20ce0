"""A document as a Word file (Office Open XML)."""
