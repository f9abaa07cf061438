package main

import (
	"context"
	"errors"
)

func guard(ctx context.Context, args []string) error { return errors.New("not yet") }
