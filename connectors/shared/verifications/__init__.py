"""Verifications: one-time codes, sent and checked."""
