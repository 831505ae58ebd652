import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { holdSessionEnd } from "../api/client";
import { meQuery, useMe } from "../session/session";
import { isLive } from "./machine";
import { ownPhone, usePhone } from "./useSoftphone";

let watching = false;
const atEnd = new Set<() => void>();

/** What else is over when the person signs out and his telephone stops. */
export function whenWorkEnds(f: () => void): void {
  atEnd.add(f);
}

/** The telephone works from the first screen that needs it until the person signs out; a ring opens the desk. */
export function useAtWork(on = true): void {
  const phone = usePhone();
  const client = useQueryClient();
  const router = useRouter();
  const me = useMe();
  useEffect(() => {
    if (!on) return;
    phone.start();
    if (watching || phone !== ownPhone()) return;
    watching = true;
    let rang = "";
    const offRing = phone.subscribe(() => {
      const now = phone.snapshot().phone;
      const call = now.call;
      holdSessionEnd(isLive(now));
      if (call?.state !== "ringing" || call.key === rang) return;
      rang = call.key;
      if (router.state.location.pathname !== "/desk") void router.navigate({ to: "/desk" });
    });
    const offSession = client.getQueryCache().subscribe(() => {
      if (client.getQueryData(meQuery.queryKey) !== null) return;
      offSession();
      offRing();
      watching = false;
      phone.stop();
      holdSessionEnd(false);
      for (const f of atEnd) f();
    });
  }, [on, client, me.user.id, phone, router]);
}
