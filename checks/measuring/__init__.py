"""What is measured of a day, in as few statements as can be, and what is remembered of it."""
