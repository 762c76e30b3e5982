"""SMSC behind the seam."""
