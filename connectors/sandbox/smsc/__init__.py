"""The stand-in for SMSC (smscentre.com), written from its documents alone."""

NAME = "smsc"
