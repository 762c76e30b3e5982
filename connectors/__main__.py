"""`python -m connectors` is `connectors`."""

from connectors.cli import main

main()
