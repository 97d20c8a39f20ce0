"""The text under deliberation: declarations, theses, paragraphs, editions, and who belongs to them."""
