BASKETS = {17: {"id": 17}}


def load_order(order_id):
    return BASKETS[order_id]


def show_total(order_id):
    order = load_order(order_id)
    return total_of(order)


def total_of(order):
    return sum(line["price"] for line in order["lines"])
