package clock

import "time"

// deviceLate is the longest a phone is believed to have been without a network.
const deviceLate = 7 * 24 * time.Hour

// OfDevice is when something was done on a phone, by what its clock said: never in the
// future, and now when it said nothing or what cannot be.
func OfDevice(said, now time.Time) time.Time {
	if said.Before(now.Add(-deviceLate)) || said.After(now) {
		return now
	}
	return said
}
