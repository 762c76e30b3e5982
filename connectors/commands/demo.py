"""`connectors demo`."""

import click


@click.command()
@click.option("--keep", is_flag=True, help="Leave it running and say where to look.")
def demo(keep: bool) -> None:
    """Show messages travel from CleverTap to phones and back, on this machine."""
    raise NotImplementedError(keep)
