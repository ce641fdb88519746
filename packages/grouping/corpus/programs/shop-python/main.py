"""Runs one scenario, reports what it raises, and ends: python main.py <scenario>"""

import os
import sys

import sentry_sdk

from shop import scenarios

sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2", environment="production")

try:
    run, *values = scenarios.SCENARIOS[sys.argv[1]]
    run(*values)
except Exception as error:
    sentry_sdk.capture_exception(error)

sentry_sdk.flush(timeout=3)
