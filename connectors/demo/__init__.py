"""`connectors demo`: the whole service on this machine, played through by real processes over real sockets."""
