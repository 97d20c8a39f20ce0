"""Readable documents: composed once for each purpose, written as Word, OpenDocument or PDF."""
