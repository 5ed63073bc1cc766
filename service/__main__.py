"""`python -m service` is the `anyq` program."""

from service.cli import app

app()
