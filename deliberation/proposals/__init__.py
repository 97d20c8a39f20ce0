"""Other wordings for the text: side by side, signed by several, and rated in the closing round."""
