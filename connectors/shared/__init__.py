"""What every connector stands on. Nothing in here knows a connector."""
