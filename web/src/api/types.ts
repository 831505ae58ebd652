/** The shapes of the API under short names. Generated from api/openapi.json (npm run types). */
import type { components, paths } from "./schema";

type S = components["schemas"];

export type { paths };
export type Me = S["Me"];
export type Named = NonNullable<S["Named"]>;
export type Problem = S["Problem"];
export type TicketRow = S["TicketRow"];
export type TicketCard = S["TicketCard"];
export type TicketSupplier = NonNullable<S["TicketSupplier"]>;
export type TicketCreated = S["TicketCreated"];
export type TicketPage = S["TicketPage"];
export type TicketEvent = S["TicketEvent"];
export type TicketTask = S["TicketTask"];
export type TicketPreview = S["TicketPreview"];
export type TicketEscalation = NonNullable<S["TicketEscalation"]>;
export type EscalationLevel = S["EscalationLevel"];
export type TicketMove = S["TicketMove"];
export type NewTicket = S["NewTicket"];
export type NewAnswer = S["NewAnswer"];
export type BuildingHit = S["BuildingHit"];
export type BuildingCard = S["BuildingCard"];
export type ReasonRow = S["ReasonRow"];
export type ReasonQuestion = S["ReasonQuestion"];
export type RecordingPeaks = S["RecordingPeaks"];
export type CallRow = S["CallRow"];
export type CallDetail = S["CallDetail"];
export type DeskCall = S["DeskCall"];
export type DeskFigures = S["DeskFigures"];
export type Wallboard = S["Wallboard"];
export type MyDesk = S["MyDesk"];
export type TaskRow = S["TaskRow"];
export type TaskCard = S["TaskCard"];
export type TaskResult = S["TaskResult"];
export type KnownAddress = S["KnownAddress"];
export type StaffRow = S["StaffRow"];

export type Status = TicketRow["status"];
/** emergency, planned or paid; a reason may be a consultation besides. */
export type Kind = TicketRow["kind"];
export type ReasonKind = ReasonRow["kind"];
export type Source = TicketRow["source"];
export type Action = TicketCard["can"][number];
export type Purpose = TaskRow["purpose"];
export type Outcome = CallRow["outcome"];
export type EmergencyList = S["EmergencyList"];
