"""The processes of a running service: the web side, the dispatcher, and the one that minds both."""
