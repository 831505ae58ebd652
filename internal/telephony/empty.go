package telephony

// Empty is a call in which nobody spoke and which was ended politely (F17); it was answered,
// so nobody calls back.
type Empty string

// The closed set of empty calls; "" is one that is not.
const (
	EmptyFax     Empty = "fax"     // a fax machine called
	EmptySilence Empty = "silence" // nobody was heard
)

// Empties are all of them.
var Empties = []Empty{EmptyFax, EmptySilence}
