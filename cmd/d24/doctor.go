package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"d24/internal/platform/config"
	"d24/internal/serve/doctor"
)

// address is a provider's host and port.
type address struct {
	host string
	port int
}

func provider(s string) (address, error) {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return address{}, fmt.Errorf("адрес %q: нужен вид IP:ПОРТ", s)
	}
	return address{a.Addr().String(), int(a.Port())}, nil
}

type configCmd struct{ config.Flags }

func (f *configCmd) Run() error {
	c, err := settings(f.Flags)
	for _, s := range c.Settings() {
		fmt.Printf("%-28s %-32s %s\n", s.Name, s.Value, s.Help)
	}
	return err
}

type doctorCmd struct{ config.Flags }

// Run looks at everything and reports all of it; what is not well fails the command.
func (f *doctorCmd) Run(ctx context.Context) error {
	c, err := settings(f.Flags)
	if err != nil {
		fmt.Printf("✗ %-16s %v\n", "настройки", err)
	}
	bad := 0
	for _, x := range doctor.Examine(ctx, c) {
		fmt.Printf("%s %-16s %s\n", map[doctor.State]string{doctor.Good: "✓", doctor.Warn: "!", doctor.Bad: "✗"}[x.State], x.What, x.Text)
		if x.Do != "" {
			fmt.Printf("  %-16s → %s\n", "", strings.ReplaceAll(x.Do, "\n", "\n"+strings.Repeat(" ", 21)))
		}
		if x.State == doctor.Bad {
			bad++
		}
	}
	if bad > 0 {
		return errors.Join(err, fmt.Errorf("не в порядке: %d", bad))
	}
	return err
}
