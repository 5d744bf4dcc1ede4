"""The dashboard: what the gate recorded, and a live evaluation beside it. See docs/dashboard.md."""
