"""How the app comes into a company of Pipedrive's, and how it goes."""
