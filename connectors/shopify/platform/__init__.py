"""Shopify as we call it: OAuth, tokens, and the Admin API."""
