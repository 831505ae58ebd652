package reason

import (
	"context"
	"sort"
	"strings"
	"time"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/search"
)

// Found is a search result; By is the word it was found by, Score from 0.4 to 1 how
// well it fits.
type Found struct {
	Reason
	By    string
	Score float64
}

// Search finds reasons by what the resident says: «топит», «njgbn», «батарея холодня».
// An empty question returns nothing; fault.NotFound for a company the actor has
// nothing to do with.
func (s *Service) Search(ctx context.Context, companyID int64, q string, limit int) ([]Found, error) {
	if !access.From(ctx).Serves(companyID) { // the cache knows no fence
		return nil, fault.Missing("company")
	}
	c, err := s.cached(ctx, companyID)
	if err != nil {
		return nil, err
	}
	if search.IsLatin(q) {
		q = search.Layout(q)
	}
	asked := stems(q)
	if len(asked) == 0 {
		return nil, nil
	}
	type hit struct {
		Found
		score float64
	}
	var hits []hit
	for i, phrases := range c.index {
		best, by := 0.0, ""
		for n, p := range phrases {
			if v := score(asked, strings.Fields(p)); v > best {
				best, by = v, phraseOf(c.list[i], n)
			}
		}
		// words scattered over the reason's phrases: «затопили соседи»
		if v := 0.8 * score(asked, c.bags[i]); v > best {
			best, by = v, c.list[i].Name
		}
		if best > 0.4 {
			hits = append(hits, hit{Found{c.list[i], by, best}, best})
		}
	}
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].score > hits[j].score })
	out := make([]Found, 0, limit)
	for _, h := range hits[:min(limit, len(hits))] {
		out = append(out, h.Found)
	}
	return out, nil
}

func phraseOf(r Reason, n int) string {
	if n == 0 {
		return r.Name
	}
	return r.Synonyms[n-1]
}

// score: each word asked must be met by a word of the phrase; a whole phrase met
// by as many words is the best.
func score(asked, phrase []string) float64 {
	sum := 0.0
	for _, a := range asked {
		best := 0.0
		for _, p := range phrase {
			v := search.Similar(a, p)
			switch {
			case a == p:
				v = 1
			case len([]rune(a)) >= 3 && strings.HasPrefix(p, a), len([]rune(p)) >= 5 && strings.HasPrefix(a, p):
				v = max(v, 0.9)
			case v < 0.4:
				v = 0
			}
			best = max(best, v)
		}
		sum += best
	}
	covered := sum / float64(len(asked))
	extra := min(10, max(0, len(phrase)-len(asked)))
	return covered - 0.02*float64(extra)
}

var noise = map[string]bool{"у": true, "нас": true, "меня": true, "в": true, "на": true, "из": true, "с": true, "и": true, "очень": true, "по": true, "к": true, "что": true, "вас": true, "мне": true}

func stems(s string) (out []string) {
	for _, w := range strings.Fields(search.Fold(s)) {
		if !noise[w] {
			out = append(out, search.Stem(w))
		}
	}
	return out
}

const cacheFor = 5 * time.Second

func (s *Service) cached(ctx context.Context, companyID int64) (cachedList, error) {
	now := s.db.Clock.Now()
	s.mu.Lock()
	c, ok := s.cache[companyID]
	s.mu.Unlock()
	if ok && now.Before(c.until) {
		return c, nil
	}
	list, err := s.List(ctx, companyID)
	if err != nil {
		return c, err
	}
	c = cachedList{list: list, until: now.Add(cacheFor)}
	for _, r := range list {
		phrases := []string{strings.Join(stems(r.Name), " ")}
		for _, syn := range r.Synonyms {
			phrases = append(phrases, strings.Join(stems(syn), " "))
		}
		c.index = append(c.index, phrases)
		c.bags = append(c.bags, strings.Fields(strings.Join(phrases, " ")))
	}
	s.mu.Lock()
	s.cache[companyID] = c
	s.mu.Unlock()
	return c, nil
}

// forget lets the next search see what has just been changed; other processes see it
// within cacheFor.
func (s *Service) forget(companyID int64) {
	s.mu.Lock()
	delete(s.cache, companyID)
	s.mu.Unlock()
}
