"""Campaigns: many recipients, one intent."""
