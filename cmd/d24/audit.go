package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/obs"
	"d24/internal/platform/pg"
	"d24/internal/serve"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Пройти цепочки журнала изменений всех компаний. Запишите последний хеш вне этой машины: по нему видно и обрезанный конец."`
}

type auditVerifyCmd struct{ config.Flags }

// Run walks the chains; one that does not hold fails the command.
func (f *auditVerifyCmd) Run(ctx context.Context) error {
	c, err := settings(f.Flags)
	if err != nil {
		return err
	}
	url, stop, err := serve.Database(ctx, c, obs.NewLog(c.Level(), obs.Text, os.Stderr))
	if err != nil {
		return err
	}
	defer stop()
	pool, err := pg.Open(ctx, url, 2)
	if err != nil {
		return err
	}
	defer pool.Close()
	chains, err := audit.Verify(access.AsSystem(ctx, "audit"), &pg.DB{Pool: pool, Clock: clock.System{}})
	if err != nil {
		return err
	}
	broken := 0
	for _, x := range chains {
		name := fmt.Sprintf("компания %d", x.CompanyID)
		if x.CompanyID == 0 {
			name = "диспетчерская"
		}
		if x.Broken != "" {
			broken++
			fmt.Printf("✗ %-16s %s\n", name, x.Broken)
			continue
		}
		fmt.Printf("✓ %-16s звеньев %d, ждут %d, последний хеш %s\n", name, x.Entries, x.Waiting, hex.EncodeToString(x.Hash))
	}
	if broken > 0 {
		return errors.New("журнал изменений переписан: сохраните копию базы и сообщите администратору платформы")
	}
	return nil
}
