"""`python -m connectors` is `connectors`."""

import gc


def main() -> None:
    """Load everything, and run the command line."""
    # While thousands of functions and classes are made there is nothing to collect: a quarter of the time to start.
    gc.disable()
    from connectors.cli import main as run

    gc.enable()
    run()


if __name__ == "__main__":
    main()
