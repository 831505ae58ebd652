package city

import "time"

// View is everything the page shows.
type View struct {
	Now         time.Time         `json:"now"`
	Providers   []ProviderView    `json:"providers"`
	Subscribers []SubscriberView  `json:"subscribers"`
	Moods       []Choice          `json:"moods"`
	Phrases     map[Role][]string `json:"phrases"`
	Problems    []string          `json:"problems"`
	Scenarios   []Choice          `json:"scenarios"`
	Playing     string            `json:"playing"`
	Since       time.Time         `json:"since"`
	Figures     []Figure          `json:"figures"`
	Counts      Counts            `json:"counts"`
	Voice       bool              `json:"voice"`
}

// Choice is one thing to choose.
type Choice struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// ProviderView is a provider on the page.
type ProviderView struct {
	Name       string `json:"name"`
	Title      string `json:"title"`
	Address    string `json:"address"`
	Mode       Mode   `json:"mode"`
	Registered bool   `json:"registered"`
	Lines      []Line `json:"lines"`
}

// SubscriberView is a subscriber on the page.
type SubscriberView struct {
	Number string    `json:"number"`
	Role   Role      `json:"role"`
	Label  string    `json:"label"`
	Group  string    `json:"group"`
	Says   string    `json:"says,omitempty"`
	Mode   Mood      `json:"mode"`
	Usual  string    `json:"usual"`
	Call   *CallView `json:"call"`
}

// CallView is a call of now on the page.
type CallView struct {
	ID       int64     `json:"id"`
	Out      bool      `json:"out"`
	Other    string    `json:"other"`
	Provider string    `json:"provider"`
	State    State     `json:"state"`
	Since    time.Time `json:"since"` // of the state
	Waits    bool      `json:"waits"` // he hears the music of the queue: nobody speaks with him
}

// View is the city as it is now.
func (c *City) View() View {
	v := View{Now: time.Now(), Phrases: phrases, Problems: problems, Figures: c.Figures().List(), Counts: c.Counts(), Voice: c.cfg.Voice != nil}
	for _, p := range c.providers {
		v.Providers = append(v.Providers, ProviderView{p.cfg.Name, p.cfg.Title, p.Addr().String(), p.Mode(), p.Registered(), p.cfg.Lines})
	}
	for _, s := range c.Subscribers() {
		k := s.Current()
		if s.Listed || k != nil {
			v.Subscribers = append(v.Subscribers, s.view(k))
		}
	}
	for _, m := range moods {
		v.Moods = append(v.Moods, Choice{string(m.id), m.title})
	}
	for _, s := range scenarios() {
		v.Scenarios = append(v.Scenarios, Choice{s.Name, s.About})
	}
	v.Playing, v.Since = c.Playing()
	return v
}

func (s *Subscriber) view(k *Call) SubscriberView {
	v := SubscriberView{Number: s.Number, Role: s.Role, Label: s.Label, Group: s.Group, Says: s.Says, Mode: s.Mode(), Usual: s.title()}
	if k != nil {
		t := k.Times()
		since := t.Placed
		if !t.Answered.IsZero() {
			since = t.Answered
		}
		v.Call = &CallView{ID: k.ID, Out: k.Out, Other: k.Other, State: k.State(), Since: since, Waits: k.State() == Talks && k.ear.music()}
		if k.p != nil {
			v.Call.Provider = k.p.cfg.Name
		}
	}
	return v
}

// title is what he does when nobody has set a mood.
func (s *Subscriber) title() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, _ := s.choose.list[min(s.choose.n, len(s.choose.list)-1)].Do.find()
	return m.title
}
