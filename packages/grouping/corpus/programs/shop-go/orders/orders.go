package orders

type Order struct {
	ID    int
	Lines *[]Line
}

type Line struct{ Price int }

func load(id int) *Order {
	return &Order{ID: id}
}

func ShowTotal(id int) int {
	return total(load(id))
}

func total(order *Order) int {
	sum := 0
	for _, line := range *order.Lines {
		sum += line.Price
	}
	return sum
}
