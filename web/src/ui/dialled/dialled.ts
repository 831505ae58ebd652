/**
 * Numbers of 8-800 and the other services of the codes 80x: the phone part dials them only
 * where the installation allows their beginning (D24_DIAL_ALSO, internal/phone/dialable.go).
 */
export function isUndialled(typed: string, allowed: readonly string[] | undefined): boolean {
  const digits = typed.replace(/\D/g, "");
  const abroad = typed.trim().startsWith("+") && !digits.startsWith("7");
  // As people write it, whole or still being typed: 8 800 …, +7 800 …, 800 123-45-67.
  const rest = /^[78]80/.test(digits) ? digits.slice(1) : digits.length === 10 ? digits : "";
  if (abroad || !/^80\d/.test(rest)) return false;
  // A server of before does not tell what it allows.
  return !allowed?.some((p) => p !== "" && `+7${rest}`.startsWith(p));
}

/** A Russian number as it is kept, of how it was typed: "8 (800) 700-10-20" → "+78007001020". */
export function numberOf(typed: string): string {
  const digits = typed.replace(/\D/g, "");
  if (digits.length === 10) return `+7${digits}`;
  return digits.length === 11 && /^[78]/.test(digits) ? `+7${digits.slice(1)}` : typed;
}
