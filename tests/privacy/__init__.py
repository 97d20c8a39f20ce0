"""Own data, leaving, forgetting, and what the operator answers for."""
