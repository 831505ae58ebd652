package phone

import (
	"strings"

	"d24/internal/fault"
)

// geographic are the area codes of Russia (the national numbering plan). Codes of the
// plan that are no place (80x), belong to another country (840, 940: Abkhazia) or to a
// satellite (954) are not here.
const geographic = " 301 302 336 341 342 343 345 346 347 349 351 352 353 365 381 382 383 384 385 388 390 391 394 395" +
	" 401 411 413 415 416 421 423 424 426 427 471 472 473 474 475 481 482 483 484 485 486 487 491 492 493 494 495 496 498 499" +
	" 811 812 813 814 815 816 817 818 820 821 831 833 834 835 836 841 842 843 844 845 846 847 848 851 855 856 857" +
	" 861 862 863 865 866 867 869 871 872 873 877 878 879 "

// costly are the codes among those of mobile phones that are not: another country's, a
// satellite's, machines'.
const costly = " 940 954 970 971 972 973 974 975 976 "

// MayDial is the one rule of what we ever dial (S9): a whole Russian number, geographic or
// mobile, written as E.164 and nothing beside it. Abroad, Kazakhstan (+7 6, +7 7), paid and
// free services (+7 80x), satellites, short codes, letters, addresses, extensions and
// pauses are refused, fault.Invalid "phone.forbidden". also are beginnings that the
// installation allows beside them ("+7800").
func MayDial(number string, also ...string) error {
	if !IsE164(number) || len(number) > 16 {
		return forbidden(number)
	}
	for _, p := range also {
		if p != "" && strings.HasPrefix(number, p) && (p[:min(2, len(p))] != "+7" || len(number) == 12) {
			return nil
		}
	}
	if len(number) != 12 || number[:2] != "+7" {
		return forbidden(number)
	}
	code := " " + number[2:5] + " "
	if number[2] == '9' && !strings.Contains(costly, code) || strings.Contains(geographic, code) {
		return nil
	}
	return forbidden(number)
}

func forbidden(number string) error {
	return fault.New(fault.Invalid, "phone.forbidden", "На номер «%s» мы не звоним: разрешены городские и мобильные номера России.", number)
}
