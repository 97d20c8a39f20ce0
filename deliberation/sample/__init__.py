"""The sample declaration with its discussion, for `deliberation demo`. Everything in it is invented."""
