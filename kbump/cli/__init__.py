"""The command line: the group and its commands by name."""

from __future__ import annotations

import importlib

import click

from kbump.cli.edge import guarded_main
from kbump.cli.options import CONTEXT, refuse_mistakes

COMMANDS = {
    "diff": ("kbump.cli.diff", "diff_command"),
    "images": ("kbump.cli.images", "images_command"),
    "init": ("kbump.cli.init", "init_command"),
    "plugin": ("kbump.cli.plugin", "plugin_command"),
    "promote": ("kbump.cli.promote", "promote_command"),
    "rollout": ("kbump.cli.rollout", "rollout_command"),
    "set-image": ("kbump.cli.set_image", "set_image_command"),
    "status": ("kbump.cli.status", "status_command"),
    "tag": ("kbump.cli.tag", "tag_command"),
    "validate": ("kbump.cli.validate", "validate_command"),
}


class _Commands(click.Group):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean `{close[0]}`?" if close else " See `kbump --help`."
            raise click.UsageError(f"There is no command `{args[0]}`.{hint}", ctx)
        name, command, rest = super().resolve_command(ctx, args)
        if command and not ctx.resilient_parsing:
            refuse_mistakes(click.Context(command, ctx, name, **command.context_settings), rest)
        return name, command, rest


@click.group(
    cls=_Commands,
    context_settings={**CONTEXT, "auto_envvar_prefix": "KBUMP"},
    epilog="""\b
Exit codes:
  0    done, or nothing to do
  1    the answer is no: nothing matched, a field was refused, a file would change,
       a manifest is not valid, environments differ (`diff --exit-code`), a newer
       build was faster, a gate refused, a workload is doomed
  2    could not answer: wrong usage, a file that cannot be read, parsed, written,
       a repository, forge or cluster that cannot be reached or refuses
  3    the wait timed out (`rollout`)
  130  interrupted (143: terminated); what was left is said

\b
Every option can come from KBUMP_<COMMAND>_<OPTION> or from `defaults` in
.kbump.yaml; a flag beats the environment, which beats the file.""",
)
@click.version_option(None, "--version", package_name="kbump", message="kbump %(version)s")
def group() -> None:
    """Set, check, promote and roll out the images of Kubernetes manifests in git, and keep every other byte."""


def main() -> int:
    """Run the command line and return its exit code."""
    return guarded_main(group)
