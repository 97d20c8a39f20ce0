"""Words that moderation uses again: the house rules with all their versions, and text blocks."""
