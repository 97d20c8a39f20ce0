"""What stands behind the figures of the results page: their lists, and the board of the team."""
