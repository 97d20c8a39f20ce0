"""A deliberation as it stood on a day, in one zip: pages without script, a print, data, checksums. It opens from a stick and
can be put on any web space."""
