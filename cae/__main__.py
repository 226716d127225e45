"""``python -m cae``: the command line."""

import sys

from cae.cli import main

sys.exit(main())
