"""The console script: one verb per file in ``grader.commands``, loaded when it is used."""

from __future__ import annotations

import importlib
import sys

import click

from grader import __version__
from grader.errors import GraderError

VERBS = ("grade", "check", "release", "train", "prove", "doctor")
OUR_FAULT = 2


class _Verbs(click.Group):
    """Imports a verb only when it is wanted: ``grader --help`` does not wait for torch."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        command = importlib.import_module(f"grader.commands.{name}").command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grader")
def cli() -> None:
    """Grade deep-learning homework in PyTorch.

    Students: `grader check`. Instructors: `grader grade`. Authors: `grader release`, `grader prove`.
    """


def main() -> None:
    """Run; an error that was foreseen is one line on stderr and exit code 2."""
    try:
        code = cli(standalone_mode=False)
    except GraderError as error:
        click.echo(f"grader: {error}", err=True)
        sys.exit(OUR_FAULT)
    except click.ClickException as error:
        error.show()
        sys.exit(OUR_FAULT)
    except (click.Abort, KeyboardInterrupt):
        click.echo("grader: stopped; what was finished is kept", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(OUR_FAULT)
    sys.exit(code if isinstance(code, int) else 0)
