"""The command line: `tfcoseg COMMAND`, one file per command."""
