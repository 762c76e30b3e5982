"""Automations: something happens in a connected tool, and somebody is texted: at once, later, or not after all."""
