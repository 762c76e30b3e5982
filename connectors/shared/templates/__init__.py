"""Templates: a name, a Liquid text, and the ids it is registered under."""
