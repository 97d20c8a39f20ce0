"""Finding words in the text and in what people say about it."""
