import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { serverNow } from "../time/clock";
import { isAlive, useErrands } from "./api";
import { ErrandLine } from "./ErrandLine";
import { useWords } from "./words";
import "./errands.css";

/** What the user started and what ended since this screen was opened; each line goes when he hides it. */
export function ErrandStrip() {
  const w = useWords();
  const [since] = useState(serverNow);
  const [hidden, setHidden] = useState<readonly number[]>([]);
  const all = useErrands().data?.items ?? [];
  const shown = all.filter(
    (e) => !hidden.includes(e.id) && (isAlive(e) || Date.parse(e.finished_at ?? e.created_at) >= since),
  );
  if (shown.length === 0) return null;
  return (
    <div className="errand-strip" aria-label={w.title} role="region">
      {shown.slice(0, 3).map((e) => (
        <ErrandLine
          key={e.id}
          errand={e}
          more={
            !isAlive(e) && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={w.hide}
                onClick={() => setHidden((h) => [...h, e.id])}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            )
          }
        />
      ))}
      <Link to="/errands" className="s13">
        {w.all}
      </Link>
    </div>
  );
}
