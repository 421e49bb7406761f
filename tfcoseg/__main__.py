"""`python -m tfcoseg` is the command `tfcoseg`."""

import sys

from tfcoseg.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
