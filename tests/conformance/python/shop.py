"""A program as its users write it. Called with the DSN; nothing else in it knows of Mayday."""
import sys

import sentry_sdk
from flask import Flask
from sentry_sdk.crons import capture_checkin
from sentry_sdk.integrations.flask import FlaskIntegration

sentry_sdk.init(
    dsn=sys.argv[1],
    release="shop@1.0.0",
    environment="production",
    integrations=[FlaskIntegration()],
)
app = Flask(__name__)


@app.route("/orders")
def orders():
    sentry_sdk.set_tag("branch", "berlin")
    raise KeyError("order 7")


def read_stock():
    return {}["hammer"]


def charge_card():
    try:
        read_stock()
    except KeyError as error:
        raise ValueError("Cannot charge the card") from error


def story(scope):
    scope.set_tag("branch", "berlin")
    scope.set_user({"id": "ada", "email": "ada@example.com"})
    scope.add_attachment(bytes=b"total: 100 cents\n\x00\xff", filename="receipt.bin")
    sentry_sdk.add_breadcrumb(category="cart", message="The cart was opened", level="info")
    try:
        charge_card()
    except ValueError as error:
        sentry_sdk.capture_exception(error)
    sentry_sdk.capture_message("The nightly import was skipped", level="warning")


if hasattr(sentry_sdk, "new_scope"):
    with sentry_sdk.new_scope() as scope:
        story(scope)
else:
    with sentry_sdk.push_scope() as scope:
        story(scope)

config = {"schedule": {"type": "crontab", "value": "0 3 * * *"}, "timezone": "UTC"}
run = capture_checkin("nightly-import", status="in_progress", monitor_config=config)
capture_checkin("nightly-import", run, status="ok", duration=2.5)

app.test_client().get("/orders?page=2", headers={"x-shop": "main"})
sentry_sdk.flush(30)
