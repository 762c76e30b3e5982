"""How a shop is connected: by the signing key of its own webhooks, by our app, or by an app of its own."""
