"""What waits for whoever moderates."""

from deliberation.accounts.models import User


def load_waiting(user: User) -> tuple[()]:
    return ()
