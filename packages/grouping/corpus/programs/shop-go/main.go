// Runs one scenario, reports what it returns or panics with, and ends: shop <scenario>
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/getsentry/sentry-go"
	"shop.example/shop/orders"
)

func main() {
	if err := sentry.Init(sentry.ClientOptions{Dsn: os.Getenv("SENTRY_DSN"), Release: "shop@1.4.2", AttachStacktrace: true}); err != nil {
		panic(err)
	}
	defer sentry.Flush(3 * time.Second)
	run(os.Args[1])
}

func run(name string) {
	switch name {
	case "panic":
		showTotal(17)
	case "panic-other-order":
		showTotal(4711)
	case "wrapped-error":
		sentry.CaptureException(fmt.Errorf("could not charge order %d: %w", 17, errors.New("card declined")))
	case "socket-refused":
		_, err := net.Dial("tcp", "127.0.0.1:6399")
		sentry.CaptureException(err)
	case "message-with-ids":
		sentry.CaptureMessage("Order 17 of ada@shop.example is late")
	}
}

func showTotal(id int) {
	defer sentry.Recover()
	orders.ShowTotal(id)
}
