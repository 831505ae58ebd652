import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf } from "../time/format";
import { OneLine, Once } from "../ui/Once";
import type { Invitation } from "./api";
import { useWords } from "./words";

/** A link just made; it is shown this once. */
export function LinkShown({ invitation: i, onDone }: { invitation: Invitation; onDone: () => void }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const link = location.origin + (i.link ?? "");
  return (
    <Once note={w.inviteAbout} value={link} words={w} onDone={onDone}>
      <div className="quiet">{w.linkFor(i.name, fullOf(i.expires_at, me.zone, now))}</div>
      <OneLine label={w.link}>{link}</OneLine>
    </Once>
  );
}
