package main

import (
	"errors"
	"fmt"
	"io/fs"

	"d24/internal/platform/config"
	"d24/internal/platform/secret"
)

type keysCmd struct {
	New    keysNewCmd    `cmd:"" help:"Сделать файл ключей: один и тот же нужен каждой машине системы."`
	Rotate keysRotateCmd `cmd:"" help:"Добавить в файл новый ключ. Потом перезапустите программу: она закроет секреты заново."`
}

type keysNewCmd struct{ config.Flags }

// Run makes the file; one that is there is left alone.
func (f *keysNewCmd) Run() error {
	return keysChange(f.Flags, "сделан", secret.Create)
}

type keysRotateCmd struct{ config.Flags }

// Run puts a new key on top of the file.
func (f *keysRotateCmd) Run() error {
	return keysChange(f.Flags, "дополнен", secret.Rotate)
}

func keysChange(flags config.Flags, done string, change func(path string) (*secret.Ring, error)) error {
	c, err := settings(flags)
	if err != nil {
		return err
	}
	path := c.KeysFile()
	r, err := change(path)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("файл ключей %s уже есть: он нужен, чтобы открыть секреты в базе", path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("файла ключей %s нет: d24 keys new", path)
	case err != nil:
		return err
	}
	fmt.Printf("Файл %s %s, закрывает ключ %s. Сохраните копию отдельно от копии базы.\n", path, done, r.IDs()[0])
	return nil
}
