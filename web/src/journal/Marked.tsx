import type { components } from "../api/schema";
import { useWords } from "./words";

export type Found = components["schemas"]["TicketFound"];

const fold = (word: string) => word.toLowerCase().replaceAll("\u0451", "\u0435");

/** Text in pieces: those of odd places are words that were found. */
export function pieces(text: string, words: readonly string[]): string[] {
  const sought = new Set(words);
  const out = [""];
  text.split(/([\p{L}\p{N}/]+)/u).forEach((part, i) => {
    const word = fold(part);
    if (i % 2 === 1 && (sought.has(word) || word.split("/").some((w) => sought.has(w)))) out.push(part, "");
    else out[out.length - 1] += part;
  });
  return out;
}

/** A text with what a search found in it marked. */
export function Marked({ text, found }: { text: string; found: Found | undefined }) {
  if (!found?.words.length) return <>{text}</>;
  return (
    <>
      {pieces(text, found.words).map((piece, i) =>
        i % 2 ? (
          <mark key={i} className="found">
            {piece}
          </mark>
        ) : (
          piece
        ),
      )}
    </>
  );
}

/** Where it was found, when the row does not show that: a line of the description, of a comment. */
export function Excerpt({ found }: { found: Found | undefined }) {
  const w = useWords();
  if (!found?.where || !found.text) return null;
  return (
    <span className="t2 excerpt">
      {w.found[found.where]}: <Marked text={found.text} found={found} />
    </span>
  );
}
