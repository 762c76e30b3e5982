"""Automations: a person is added, or a deal enters a stage, and the person is texted."""
