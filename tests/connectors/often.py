"""How often the tests with made-up input try: 500 times, or 10,000 with LM_LONG=1 in the environment."""

import os

from hypothesis import HealthCheck, settings

often = settings(
    max_examples=10_000 if os.environ.get("LM_LONG") == "1" else 500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
