package company

// The shortest ring that is an attempt, and the pause after it, in seconds.
const (
	shortestRing = 15
	pauseAfter   = 5
)

// Fits reports whether all dials to so many numbers of one person end within the time
// of a level (F33), each with a ring of at least 15 s and a pause of 5 s.
func (s Settings) Fits(numbers int) bool {
	s = s.WithDefaults()
	spacing := min(120, s.StepMin*60/(s.Dials*max(1, numbers)))
	return min(s.RingSec, spacing-pauseAfter) >= shortestRing
}

// MostNumbers is how many numbers of one person fit, up to 10; 0: not even one.
func (s Settings) MostNumbers() int {
	n := 0
	for n < 10 && s.Fits(n+1) {
		n++
	}
	return n
}
