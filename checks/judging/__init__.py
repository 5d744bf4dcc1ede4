"""What checks share: what a check is, and how what could not be measured reads. Pure."""
