// Package staffapi is the HTTP face of a company's people.
package staffapi

// StaffRow is a member of staff.
type StaffRow struct {
	MemberID     int64       `json:"member_id"`
	CompanyID    int64       `json:"company_id"`
	Name         string      `json:"name"`
	Position     string      `json:"position"`
	Phones       []string    `json:"phones" doc:"E.164, in the order of dialling"`
	OnDuty       bool        `json:"on_duty"`
	IsContractor bool        `json:"is_contractor"`
	Duties       []StaffDuty `json:"duties"`
}

// StaffDuty is what a person answers for.
type StaffDuty struct {
	Role       string `json:"role" enum:"executor,responsible"`
	WorkType   string `json:"work_type" doc:"empty: every kind of work"`
	BuildingID *int64 `json:"building_id" doc:"null: every house"`
	Level      int    `json:"level"`
}

// StaffList is people by name.
type StaffList struct {
	Items []StaffRow `json:"items"`
}
