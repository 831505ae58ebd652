/** One field of a change: as it was and as it is; undefined where there was nothing. */
export type Difference = { field: string; before: unknown; after: unknown };

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null && !Array.isArray(v);

/** The fields that differ between two states of a row, in the order of the fields; nested ones by path ("hours.from"). */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (isObject(before) || isObject(after)) {
    const a = isObject(before) ? before : {};
    const b = isObject(after) ? after : {};
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((k) => differences(a[k], b[k], path ? `${path}.${k}` : k));
  }
  return JSON.stringify(before ?? null) === JSON.stringify(after ?? null) ? [] : [{ field: path, before, after }];
}

/** A value in one line; "" for nothing. */
export function valueText(v: unknown, yes: string, no: string): string {
  if (v === null || v === undefined || v === "") return "";
  if (typeof v === "boolean") return v ? yes : no;
  if (Array.isArray(v)) return v.map((x) => valueText(x, yes, no)).join(", ");
  return typeof v === "object" ? JSON.stringify(v) : String(v as string | number);
}
