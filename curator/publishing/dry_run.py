"""Whether posts are only rehearsed: always, until there are credentials."""


def why_dry(*, has_credentials: bool, wanted: bool) -> str | None:
    """Return why nothing is sent, None when posts are real."""
    if wanted:
        return "dry run, as the settings say: nothing is sent (dry_run)"
    if not has_credentials:
        return "dry run until there are credentials: nothing is sent (`curator auth x`)"
    return None
