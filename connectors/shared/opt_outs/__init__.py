"""Opt-outs: who does not want to be texted."""
