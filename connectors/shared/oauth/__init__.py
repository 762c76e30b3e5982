"""OAuth 2.0 with the tools that our users live in: token endpoints asked within bounds, and tokens made new by one."""
