"""What was done, for everybody and for the team: logs, figures, the yearly report, and what is forgotten when."""
