"""Everything around the declaration: for now the fixed pages of the site and its health."""
