"""``mien doctor``: whether everything that mien needs is here."""

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("doctor")(doctor)


def doctor() -> None:
    """Check this installation and say how to mend it.

    Exit code 1 if something is missing that mien cannot do without.

    \b
    Example:
      mien doctor
    """
    from mien.flows.doctor import checks

    found = checks()
    width = max(len(check.name) for check in found)
    for check in found:
        typer.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<{width}}  {check.detail}")
    missing = [check for check in found if not check.ok]
    for fix in dict.fromkeys(check.fix for check in missing if check.fix):
        typer.echo(f"\nTo mend: {fix}")
    if missing:
        raise typer.Exit(1)
