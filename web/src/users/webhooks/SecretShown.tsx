import { OneLine, Once } from "../../ui/Once";
import { useWords } from "./words";

/** A secret just made; it is shown this once. */
export function SecretShown({ secret, onDone }: { secret: string; onDone: () => void }) {
  const w = useWords();
  return (
    <Once note={w.shownOnce} value={secret} words={w} onDone={onDone}>
      <OneLine label={w.secret}>{secret}</OneLine>
      <p className="quiet">{w.signed}</p>
    </Once>
  );
}
