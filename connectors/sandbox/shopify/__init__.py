"""A stand-in for Shopify: its OAuth, its Admin API, a small shop to buy in, and the webhooks that tell of it."""
