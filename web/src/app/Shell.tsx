import { Menu } from "@mantine/core";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { sessionEnded } from "../api/client";
import { refreshOnChange, live } from "../live/live";
import { meQuery, useChooseCompany, useMe } from "../session/session";
import { useOffline } from "../offline/useOutbox";
import { Waiting } from "../offline/Waiting";
import { UpdateBanner } from "../pwa/UpdateBanner";
import { useNow } from "../time/clock";
import { dateOf, timeOf } from "../time/format";
import { LinkBanner } from "./LinkBanner";
import { Rail } from "./Rail";
import { StripProvider } from "../ui/StripSlot";
import { FactorBanner } from "../users/FactorBanner";
import { useWords } from "./words";

/** The frame: rail with the sections the person may open, strip, banner of the link, and the screen. */
export function Shell() {
  const me = useMe();
  const client = useQueryClient();
  const strip = useRef<HTMLDivElement>(null);
  useOffline();
  useEffect(() => {
    const stopRefresh = refreshOnChange(live, client);
    const stopLive = live.start(() => {
      // The stream was refused: ask who we are, and leave only if we are nobody.
      void meQuery.queryFn().then(
        (who) => who ?? sessionEnded(),
        () => undefined,
      );
    });
    const stopRights = live.onChange(({ topic }) => {
      if (topic === "session") void look(client);
    });
    return () => {
      stopRights();
      stopLive();
      stopRefresh();
    };
  }, [client, me.user.id, me.company?.id]);
  return (
    <div className="app">
      <Rail />
      <header className="strip">
        <div className="strip-slot" ref={strip} />
        <span className="grow" />
        <CompanySwitch />
        <StripClock />
      </header>
      <main className="main">
        <LinkBanner />
        <UpdateBanner />
        <Waiting />
        <FactorBanner />
        <StripProvider at={strip}>
          <Outlet />
        </StripProvider>
      </main>
    </div>
  );
}

/** Rights or the session changed: ask who we are; what was fetched with other rights is forgotten (F71). */
async function look(client: QueryClient) {
  const who = await meQuery.queryFn().catch(() => undefined); // past the cache: a talk outlives the session (F5)
  if (who === null) sessionEnded();
  if (!who) return;
  client.setQueryData(meQuery.queryKey, who);
  await client.resetQueries({ predicate: (q) => q.queryKey[0] !== "me" });
}

function StripClock() {
  const me = useMe();
  const now = useNow();
  return (
    <div className="slot" style={{ borderRight: 0, textAlign: "right" }} aria-hidden>
      <span className="v">{timeOf(now, me.zone)}</span>
      <span className="k">{dateOf(now, me.zone, now)}</span>
    </div>
  );
}

function CompanySwitch() {
  const w = useWords();
  const me = useMe();
  const choose = useChooseCompany();
  if (!me.company) return null;
  if (me.companies.length < 2) {
    return (
      <div className="slot company">
        <span className="k">{w.company}</span>
        <span className="v ell">{me.company.name}</span>
      </div>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className="slot company press">
          <span className="k">{w.company}</span>
          <span className="v ell">{me.company.name}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {me.companies.map((c) => (
          <Menu.Item key={c.id} fw={c.id === me.company?.id ? 600 : 400} onClick={() => void choose(c.id)}>
            {c.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
