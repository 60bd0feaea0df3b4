"""`python -m ui` is `learner-manager`."""

import sys

from ui.main import main

sys.exit(main())
