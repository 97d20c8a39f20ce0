"""The text of two editions in one file, with what was deleted, inserted and moved, and why: as HTML and for Word."""
