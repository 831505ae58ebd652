/** What the parts of the form of a trunk share. */
import type { Refusal } from "../ui/settings";
import type { Trunk } from "./api";

export type Part = { form: Trunk; put: (part: Partial<Trunk>) => void; refusal: Refusal };

export const count = (v: string | number) => (typeof v === "number" ? v : 0);
