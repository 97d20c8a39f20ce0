"""Questions of the organiser: building a survey, answering it without an account, and what came of it."""
