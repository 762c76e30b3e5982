"""The vendors behind one seam."""
