"""``grader doctor``: what this machine offers, and what to do where it could offer more."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import click

from grader import __version__
from grader.assignment import find_course
from grader.errors import GraderError
from grader.runner.course_seed import SEED_FILE
from grader.sandbox.seeds import PUBLIC_COURSE_SEED, fingerprint

REMEDIES = {
    "namespaces": (
        "on Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0; on Debian: sysctl "
        "kernel.unprivileged_userns_clone=1; in a container: run it with user namespaces allowed"
    ),
    "Landlock": "needs Linux 5.13 or newer with Landlock among the enabled security modules (lsm=landlock,…)",
    "seccomp": "needs the system's libseccomp (Debian: libseccomp2)",
}


@click.command(epilog="Example:\n\n\b\n  grader doctor")
def command() -> int:
    """Show versions, GPUs, seeds and how well student code is confined here, and why."""
    click.echo(f"grader       {__version__}, Python {platform.python_version()}, {platform.platform()}")
    _torch()
    _seeds()
    return _confinement()


def _torch() -> None:
    import torch

    click.echo(f"torch        {torch.__version__}")
    if torch.cuda.is_available():
        names = ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
        click.echo(f"CUDA         {torch.version.cuda}: {names}")
    else:
        click.echo("CUDA         none: models are trained and scored on the CPU")


def _seeds() -> None:
    click.echo(f"seed         public, for students: fingerprint {fingerprint(PUBLIC_COURSE_SEED)}")
    try:
        path = find_course(Path.cwd()).root / SEED_FILE
    except GraderError:
        click.echo("course       none here (no folder assignments/)")
        return
    state = fingerprint(path.read_bytes().strip()) if path.exists() else "is drawn by the first grader grade"
    click.echo(f"             secret, for grading: {state} ({SEED_FILE})")


def _confinement() -> int:
    from grader.sandbox.engines import make_engine
    from grader.sandbox.faults import EngineFailed

    if sys.platform != "linux":
        click.echo("confinement  none: this system has no engine that confines; check your own work only")
        return 0
    engine = make_engine("auto")
    try:
        holding = engine.holding
    except EngineFailed as error:
        click.echo(f"confinement  no worker can be run: {error}")
        return 2
    finally:
        engine.close()
    click.echo(f"confinement  {holding.level}: {', '.join(holding.mechanisms)}")
    for note in holding.notes:
        click.echo(f"             {note}")
        for word, remedy in REMEDIES.items():
            if word in note:
                click.echo(f"             → {remedy}")
    return 0
