"""What the Makefile runs, and what tests share with it."""
