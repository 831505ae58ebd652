package telephony

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Ear hears on a connection of its own that orders were placed or withdrawn.
type Ear struct {
	cfg  *pgx.ConnConfig
	mu   sync.Mutex
	conn *pgx.Conn
}

// NewEar returns an ear; it connects when it is first used. Close it.
func NewEar(cfg *pgx.ConnConfig) *Ear { return &Ear{cfg: cfg.Copy()} }

// Heard blocks until something may have changed, or ctx ends. Without a
// connection it waits: the caller asks again.
func (e *Ear) Heard(ctx context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.conn == nil {
		conn, err := pgx.ConnectConfig(ctx, e.cfg)
		if err != nil {
			<-ctx.Done()
			return
		}
		if _, err := conn.Exec(ctx, "listen "+Channel); err != nil {
			e.drop(conn)
			<-ctx.Done()
			return
		}
		e.conn = conn
		return // whatever was placed before we listened
	}
	if _, err := e.conn.WaitForNotification(ctx); err != nil && e.conn.IsClosed() {
		e.conn = nil
	}
}

func (e *Ear) drop(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

// Close ends the connection.
func (e *Ear) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.conn != nil {
		e.drop(e.conn)
		e.conn = nil
	}
}
