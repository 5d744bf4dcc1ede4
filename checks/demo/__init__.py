"""A realistic shop's warehouse that breaks in eight known ways: `andon demo`."""
