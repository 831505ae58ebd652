package bench

import (
	"context"
	"encoding/json"
	"net/http"
)

// Post sends in and reads the answer into out.
func (p *Person) Post(ctx context.Context, path string, in, out any) error {
	res, err := p.send(ctx, http.MethodPost, path, in)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	return json.NewDecoder(res.Body).Decode(out)
}
