"""The report with evidence: sentences that people write, each carried by annotations."""
