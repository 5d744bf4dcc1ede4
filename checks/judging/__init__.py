"""Shared by all checks: the type `Check`, and verdicts for what could not be measured. Pure."""
