"""Notes and activities in Pipedrive for messages that were sent: once each, within the company's budget."""
