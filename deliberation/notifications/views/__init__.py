"""Pages for whoever is told by mail or feed."""
