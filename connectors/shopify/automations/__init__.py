"""A shop's automations: when each is planned, who is meant, and what it says."""
