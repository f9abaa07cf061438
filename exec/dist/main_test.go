package dist_test

import (
	"testing"

	"anabranch.dev/internal/sharedtest"
)

func TestMain(m *testing.M) { new(sharedtest.Goroutines).Main(m) }
