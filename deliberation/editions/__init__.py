"""How the text changes: the next edition, what it does to everything people wrote, and what became of it."""
