ORDERS = {17: {"id": 17}, 4711: {"id": 4711}}


def load_order(order_id):
    return ORDERS[order_id]


def show_total(order_id):
    order = load_order(order_id)
    return total_of(order)


def total_of(order):
    return sum(line["price"] for line in order["lines"])


def prices(lines):
    return [line["price"] for line in lines]


def depth_of(node):
    if node["depth"] == 0:
        return len(node["children"])
    return 1 + depth_of({"depth": node["depth"] - 1})


class PaymentError(Exception):
    pass


def request():
    raise TimeoutError("no answer from 10.20.0.14:8443 within 5000 ms")


def charge(order_id):
    try:
        request()
    except TimeoutError as error:
        raise PaymentError(f"could not charge order {order_id}") from error
