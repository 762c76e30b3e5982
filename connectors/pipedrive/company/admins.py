"""Who is an admin in Pipedrive: asked each time it matters, since what was true at the install may have changed."""

from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import NotAllowed
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.platform.looking_up import user_of


def require_admin(parts: Context, who: GrantKey, words: str) -> None:
    """Raises NotAllowed with these words where somebody is none now, and PipedriveError."""
    if not user_of(parts, who, anew=True).is_admin:
        raise NotAllowed(words)
