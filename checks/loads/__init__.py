"""What an audit log says of loads: which entries count, what repaired them. Pure."""
