import { IconCloudCheck, IconCloudOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useLink } from "../live/useLive";
import { may, useMe } from "../session/session";
import { timeOf } from "../time/format";
import { useWords } from "./words";

/** Amber while no beat comes, green for four seconds afterwards; nothing is hidden or lost meanwhile. */
export function LinkBanner() {
  const w = useWords();
  const me = useMe();
  const link = useLink();
  if (link.state === "lost") {
    return (
      <div className="banner" role="status">
        <IconCloudOff size={18} style={{ flex: "none", color: "var(--c-plan-text)" }} aria-hidden />
        <span>
          <b>{w.lost(timeOf(link.since, me.zone))}</b> {w.lostSafe}
        </span>
        {may(me, "emergency.read") && (
          <Link to="/emergency" target="_blank" className="nw">
            {w.emergency}
          </Link>
        )}
      </div>
    );
  }
  if (link.state === "restored") {
    return (
      <div className="banner ok" role="status">
        <IconCloudCheck size={18} style={{ flex: "none" }} aria-hidden />
        {w.restored}
      </div>
    );
  }
  return null;
}
