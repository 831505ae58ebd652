/** Which column of a table is what, and what may be chosen. */
export type Column = { index: number; heading: string; samples: readonly string[]; field: string; is_names: boolean };
export type Field = { key: string; label: string; is_required: boolean };
/** Field by column. */
export type Mapping = Readonly<Record<number, string>>;

/** The columns as the server guessed them; names of people are never taken. */
export function guessed(columns: readonly Column[]): Mapping {
  const out: Record<number, string> = {};
  for (const c of columns) if (c.field !== "" && !c.is_names) out[c.index] = c.field;
  return out;
}

/** A field stands in one column: choosing it here takes it away there. "" takes the column out. */
export function choose(mapping: Mapping, index: number, field: string): Mapping {
  const out: Record<number, string> = {};
  for (const [i, f] of Object.entries(mapping)) if (f !== field && Number(i) !== index) out[Number(i)] = f;
  if (field !== "") out[index] = field;
  return out;
}

/** Required fields without a column. */
export function missing(mapping: Mapping, fields: readonly Field[]): Field[] {
  const taken = new Set(Object.values(mapping));
  return fields.filter((f) => f.is_required && !taken.has(f.key));
}

/** The mapping as the server reads it: «0:street,1:house». */
export function written(mapping: Mapping): string {
  return Object.entries(mapping)
    .map(([i, f]) => `${i}:${f}`)
    .join(",");
}
