"""What Shopify tells us: verified, kept, and worked off in order."""
