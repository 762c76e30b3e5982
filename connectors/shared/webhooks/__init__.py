"""Webhooks out: what happens here, posted to who asked to be told."""
