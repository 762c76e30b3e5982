"""Which gateway carries which numbers, and which is tried where it refuses."""
