"""One file of cases a check, and what holds for all of them."""
