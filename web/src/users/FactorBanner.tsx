import { Button } from "@mantine/core";
import { IconShieldExclamation } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { useErrorText } from "../ui/blocks";
import { useMyReset, useRefuseMyReset, useSeenMyReset } from "./api";
import { useWords } from "./words";

/** Tells the person on every screen that somebody wants to take, or has taken, the second factor away. */
export function FactorBanner() {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const text = useErrorText();
  const reset = useMyReset();
  const refuse = useRefuseMyReset();
  const seen = useSeenMyReset();
  const r = reset.data;
  if (!r?.at || r.state === "none") return null;
  const at = momentOf(r.at, me.zone, now);
  const failure = refuse.error ?? seen.error;
  return (
    <div className="banner" role="status" style={{ flexWrap: "wrap" }}>
      <IconShieldExclamation size={18} style={{ flex: "none", color: "var(--c-plan-text)" }} aria-hidden />
      <span style={{ flex: "1 1 260px" }}>
        {r.state === "asked" ? w.myFactorAsked(r.by, at) : w.myFactorDone(r.by, r.done_by, at)}
        {failure && <b role="alert"> {text(failure)}</b>}
      </span>
      {r.state === "asked" ? (
        <Button variant="default" size="xs" loading={refuse.isPending} onClick={() => refuse.mutate(undefined)}>
          {w.myFactorRefuse}
        </Button>
      ) : (
        <>
          <Link to="/profile">{w.profile}</Link>
          <Button variant="default" size="xs" loading={seen.isPending} onClick={() => seen.mutate(undefined)}>
            {w.myFactorSeen}
          </Button>
        </>
      )}
    </div>
  );
}
