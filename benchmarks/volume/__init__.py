"""Rules of daily volume on series of one's own: `python -m benchmarks.volume FOLDER`."""
