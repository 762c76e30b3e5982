"""A stand-in for Pipedrive: its OAuth, its API, and pages that frame the app as Pipedrive does."""
