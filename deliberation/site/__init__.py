"""Running the site: its settings, the way from an empty installation to an opened deliberation, and how the machine does."""
