// Command speechbank records the phrases that sound when nothing can be spoken:
//
//	go run ./tools/speechbank
//
// It needs espeak-ng and writes voip/speech/bank.
package main

import (
	"context"
	"log"
	"os"
	"path/filepath"

	"d24/voip/speech"
)

func main() {
	voice, err := speech.NewEspeak()
	if err != nil {
		log.Fatal(err)
	}
	for name, words := range speech.Phrases {
		b, err := voice.Say(context.Background(), words)
		if err == nil {
			err = os.WriteFile(filepath.Join("voip", "speech", "bank", name+".al"), b, 0o644) //nolint:gosec // a file of the repository
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}
