"""The stand-in for Ogangi (Messangi), written from its documents alone."""

NAME = "ogangi"
