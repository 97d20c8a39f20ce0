"""A document as an OpenDocument text (ISO/IEC 26300)."""
