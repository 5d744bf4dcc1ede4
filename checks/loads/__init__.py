"""The loads of an audit log: which entries count, which were repaired. Pure."""
