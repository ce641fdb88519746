import json
import logging
import socket

import sentry_sdk

from shop.orders import service as orders
from shop.users import service as users


def parse(text):
    return json.loads(text)["amount"]


def load_row(number):
    raise ValueError(f"row {number} has no price")


def import_batch():
    errors = []
    for number in (1, 2):
        try:
            load_row(number)
        except ValueError as error:
            errors.append(error)
    raise ExceptionGroup("2 rows failed", errors)


def connect():
    socket.create_connection(("127.0.0.1", 6399), timeout=1)


def read_invoice(path):
    with open(path) as invoice:
        return invoice.read()


def report_late(order_id, email):
    sentry_sdk.capture_message(f"Order {order_id} of {email} is late")


def report_stock(article, count):
    logging.getLogger("shop.stock").error("stock of %s is %d", article, count)


# Each scenario is a function and what it is given, so that the same code can get other data.
SCENARIOS = {
    "key-error": (orders.show_total, 17),
    "key-error-other-order": (orders.show_total, 4711),
    "same-names-elsewhere": (users.show_total, 17),
    "comprehension": (orders.prices, [{"price": 1}, {}]),
    "cause-chain": (orders.charge, 17),
    "recursion": (orders.depth_of, {"depth": 3}),
    "recursion-deeper": (orders.depth_of, {"depth": 7}),
    "bad-json": (parse, '{"amount": 12,}'),
    "socket-refused": (connect,),
    "missing-file": (read_invoice, "/srv/shop/invoices/2026-11-23-0017.pdf"),
    "exception-group": (import_batch,),
    "message-with-ids": (report_late, 17, "ada@shop.example"),
    "logged-template": (report_stock, "tea", 3),
    "logged-template-other": (report_stock, "mugs", 1),
}
