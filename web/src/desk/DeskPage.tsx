/** The operator's desk. */
export function DeskPage() {
  return null;
}
