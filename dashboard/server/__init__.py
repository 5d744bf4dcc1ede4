"""How the dashboard is served, and to whom."""
