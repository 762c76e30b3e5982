"""Measures the service against baselines on the same machine, in the same run: `make bench`."""
