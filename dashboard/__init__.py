"""The screens: what the gate said and what is true now, for people. See docs/dashboard.md."""
