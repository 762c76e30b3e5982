"""Ogangi behind the seam."""
