// Command d24 is Dispatcher24: the dispatch centre, its phone engine, and the
// tools around them.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"d24/internal/platform/config"
)

// cli is the command line.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Запустить программу: базу, страницы, рабочих и телефонную часть."`
	Restart restartCmd `cmd:"" help:"Начать работающую программу заново, не прерывая разговоров: после обновления."`
	Migrate migrateCmd `cmd:"" help:"Обновить схему базы и закончить."`
	Seed    seedCmd    `cmd:"" help:"Наполнить пустую базу."`
	City    cityCmd    `cmd:"" help:"Показательный город: операторы связи, жители и исполнители с телефонами."`
	Doctor  doctorCmd  `cmd:"" help:"Проверить машину, базу и порты и сказать словами, чего не хватает."`
	Config  configCmd  `cmd:"" help:"Показать действующие настройки; секреты скрыты."`
	Audit   auditCmd   `cmd:"" help:"Журнал изменений: проверить, что ничего не переписано."`
	Keys    keysCmd    `cmd:"" help:"Ключи, которыми закрыты секреты в базе."`
	OpenAPI openapiCmd `cmd:"" name:"openapi" help:"Напечатать описание API (OpenAPI 3.1)."`
}

func main() {
	end := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // the terminal is closed; under nohup that means nothing
		end = append(end, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), end...)
	defer stop()
	var c cli
	k := kong.Parse(&c, kong.Name("d24"), kong.Description("Диспетчер24: аварийно-диспетчерская служба для многих управляющих компаний."), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Vars{"city_x": cityX, "city_y": cityY, "city_page": cityPage})
	if err := k.Run(); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "d24: "+strings.ReplaceAll(err.Error(), "\n", "\n     "))
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// settings reads the environment, puts the flags over it and checks the whole.
func settings(f config.Flags) (config.Config, error) {
	c, err := config.FromEnv()
	if err != nil {
		return c, err
	}
	c = c.With(f)
	return c, c.Check()
}
