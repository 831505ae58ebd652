package app

import (
	"context"
	"encoding/json"
	"path/filepath"

	"d24/internal/access"
	"d24/internal/attachment"
	"d24/internal/platform/blob"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
)

// files keeps what is uploaded under DATA/files, and knows to whom it belongs.
func (a *App) files(data string) *attachment.Service {
	return attachment.NewService(a.DB, store(data, "files"),
		attachment.Subject{Name: "building", Most: 200, Company: a.Buildings.CompanyOf, Write: access.BuildingWrite, Others: access.BuildingWrite},
		attachment.Subject{Name: "ticket", Most: 50, Company: a.companyOfTicket, Write: access.TicketComment, Others: access.TicketAssign, Told: a.fileOfTicket},
	)
}

// store keeps files under a directory of the data; without data there is none.
func store(data, name string) blob.Dir {
	if data == "" {
		return ""
	}
	return blob.Dir(filepath.Join(data, name))
}

// awayStore is where closed recordings go; nil: they stay on the disk.
func awayStore(address string) (blob.Store, error) {
	if address == "" {
		return nil, nil //nolint:nilnil // none
	}
	return blob.OpenS3(address)
}

func (a *App) companyOfTicket(ctx context.Context, tx *pg.Tx, id int64) (int64, error) {
	t, err := a.Tickets.ByID(ctx, tx, id)
	return t.CompanyID, err
}

var fileVerbs = map[string]string{"add": "Добавлен файл: ", "delete": "Удалён файл: ", "restore": "Возвращён файл: "}

// fileOfTicket writes into the history of a request what happened to a file of it (J2).
func (a *App) fileOfTicket(ctx context.Context, tx *pg.Tx, f attachment.File, verb string) error {
	t, err := a.Tickets.ByID(ctx, tx, f.SubjectID)
	if err != nil {
		return err
	}
	said := map[string]any{"file_id": f.ID, "verb": verb}
	if verb == "add" && f.TakenAt != nil {
		said["device_at"] = f.TakenAt.UTC()
	}
	data, err := json.Marshal(said)
	if err != nil {
		return err
	}
	return a.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "file", Text: fileVerbs[verb] + f.Name, Data: data})
}
