package assignment

import (
	"context"
	"slices"
	"sync"

	"d24/internal/platform/pg"
	"d24/internal/staff"
)

// mostKept bounds how many rules a process keeps in memory.
const mostKept = 100_000

// keptRules are the rules in force of companies as they were read last.
type keptRules struct {
	mu    sync.Mutex
	of    map[int64]rulesAt
	rules int
}

type rulesAt struct {
	state  staff.Changes
	rules  []Rule
	groups []Group // when a rule is for one
}

// rulesAbout are the rules in force that may be about a request, its time aside, in the order
// of Specificity, and the groups its house is in as far as rules ask for them: out of the
// process's memory, when nothing has changed since.
func (s *Service) rulesAbout(ctx context.Context, tx *pg.Tx, q Question, now staff.Changes) (out []Rule, groups []int64, err error) {
	all, ok := s.kept.get(q.CompanyID, now)
	if !ok {
		all = rulesAt{state: now}
		if all.rules, err = inForce(ctx, tx, q.CompanyID); err != nil {
			return nil, nil, err
		}
		if slices.ContainsFunc(all.rules, func(r Rule) bool { return r.GroupID != 0 }) {
			if all.groups, err = s.groups(ctx, tx, q.CompanyID); err != nil {
				return nil, nil, err
			}
		}
		if now.Count != 0 { // none: the actor sees nothing of the company
			s.kept.put(q.CompanyID, all)
		}
	}
	for _, r := range all.rules {
		if (r.ReasonID == 0 || r.ReasonID == q.ReasonID) && (r.WorkTypeID == 0 || r.WorkTypeID == q.WorkTypeID) && (r.BuildingID == 0 || r.BuildingID == q.BuildingID) {
			out = append(out, r)
		}
	}
	for _, g := range all.groups {
		if slices.Contains(g.Houses, q.BuildingID) {
			groups = append(groups, g.ID)
		}
	}
	return out, groups, nil
}

func (k *keptRules) get(company int64, now staff.Changes) (rulesAt, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	x, ok := k.of[company]
	return x, ok && x.state == now
}

// put keeps rules; all others go when there are too many.
func (k *keptRules) put(company int64, x rulesAt) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil || k.rules > mostKept {
		k.of, k.rules = map[int64]rulesAt{}, 0
	}
	k.rules += len(x.rules) - len(k.of[company].rules)
	k.of[company] = x
}
