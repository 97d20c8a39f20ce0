"""What came of it: figures, results page, exports."""
