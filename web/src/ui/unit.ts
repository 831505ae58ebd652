/** Whether a unit says itself what it is ("оф. 3", "подвал"): a word, not the letter of a number. As internal/building has it. */
export function saysItself(unit: string): boolean {
  return /^\p{L}{2}/u.test(unit);
}
