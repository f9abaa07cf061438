package df_test

import (
	"context"
	"fmt"
	"iter"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

type order struct {
	Customer int
	Amount   int
	At       time.Time
}

type customer struct {
	ID   int
	Name string
}

var (
	noon      = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	orders    = df.FromSlice([]order{{1, 20, noon}, {2, 30, noon.Add(5 * time.Minute)}, {1, 5, noon.Add(50 * time.Minute)}, {9, 1, noon.Add(2 * time.Hour)}})
	customers = df.FromSlice([]customer{{1, "Ada"}, {2, "Bob"}, {3, "Cem"}})
)

func orderCustomer(o order) int { return o.Customer }
func customerID(c customer) int { return c.ID }

func print(s df.Stream[string]) {
	rows, err := df.Collect(context.Background(), df.SortBy(s, df.Self))
	if err != nil {
		fmt.Println(err)
	}
	for _, r := range rows {
		fmt.Println(r)
	}
}

func ExampleJoin() {
	print(df.Join(orders, customers, orderCustomer, customerID, func(o order, c customer) string {
		return fmt.Sprint(c.Name, " ", o.Amount)
	}))
	// Output:
	// Ada 20
	// Ada 5
	// Bob 30
}

func ExampleLookup() {
	print(df.Lookup(orders, customers, orderCustomer, customerID, func(o order, c customer, ok bool) string {
		if !ok {
			return fmt.Sprint("customer ", o.Customer, " ", o.Amount)
		}
		return fmt.Sprint(c.Name, " ", o.Amount)
	}))
	// Output:
	// Ada 20
	// Ada 5
	// Bob 30
	// customer 9 1
}

func ExampleFullJoin() {
	print(df.FullJoin(orders, customers, orderCustomer, customerID, func(o order, hasOrder bool, c customer, hasCustomer bool) string {
		switch {
		case !hasOrder:
			return c.Name + " has ordered nothing"
		case !hasCustomer:
			return fmt.Sprint("nobody is customer ", o.Customer)
		}
		return fmt.Sprint(c.Name, " ", o.Amount)
	}))
	// Output:
	// Ada 20
	// Ada 5
	// Bob 30
	// Cem has ordered nothing
	// nobody is customer 9
}

func ExampleGroupBy() {
	print(df.GroupBy(orders, orderCustomer, func(dst []string, id int, orders iter.Seq[order]) []string {
		text := fmt.Sprint(id, ":")
		for o := range orders {
			text += fmt.Sprint(" ", o.Amount)
		}
		return append(dst, text)
	}))
	// Output:
	// 1: 20 5
	// 2: 30
	// 9: 1
}

func ExampleWindowBy() {
	sum := agg.Sum(func(o order) int { return o.Amount })
	all := func(order) string { return "all" }
	at := func(o order) time.Time { return o.At }
	print(df.Map(df.WindowBy(orders, all, at, df.Tumbling(time.Hour), sum), func(w df.Windowed[string, int]) string {
		return fmt.Sprint(w.Start.Format("15:04"), " ", w.Value)
	}))
	// Output:
	// 12:00 55
	// 14:00 1
}
