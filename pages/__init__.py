"""The screens, one file each. `dashboard/app.py` is their entry point."""
