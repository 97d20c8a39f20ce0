"""Everything around the declaration: the fixed pages of the site, pages that organisers write, frames for other sites, health."""
