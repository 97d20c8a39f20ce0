"""What people say about the text: annotations, replies, votes, stances, responses; and the reading page."""
