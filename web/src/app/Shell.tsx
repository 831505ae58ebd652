import { Menu, useMantineColorScheme } from "@mantine/core";
import {
  IconDeviceDesktopAnalytics,
  IconHeadset,
  IconHome,
  IconListDetails,
  IconPhoneCall,
  IconPhoneOutgoing,
  IconSettings,
  IconSpeakerphone,
  IconTool,
  IconUserCircle,
  IconUsersGroup,
} from "@tabler/icons-react";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { sessionEnded } from "../api/client";
import { refreshOnChange, live } from "../live/live";
import { may, meQuery, signOut, useChooseCompany, useMe } from "../session/session";
import { outbox } from "../offline/outbox";
import { useDeeds, useOffline } from "../offline/useOutbox";
import { Waiting } from "../offline/Waiting";
import { LeaveDialog } from "../offline/LeaveDialog";
import { UpdateBanner } from "../pwa/UpdateBanner";
import { useNow } from "../time/clock";
import { dateOf, timeOf } from "../time/format";
import { useLang } from "../i18n/i18n";
import { useSetLang } from "./lang";
import { LinkBanner } from "./LinkBanner";
import { useSections } from "./useSections";
import { StripProvider } from "../ui/StripSlot";
import { FactorBanner } from "../users/FactorBanner";
import { GapCount } from "./GapCount";
import { useWords } from "./words";

/** The frame: rail with the sections the person may open, strip, banner of the link, and the screen. */
export function Shell() {
  const w = useWords();
  const me = useMe();
  const client = useQueryClient();
  const strip = useRef<HTMLDivElement>(null);
  useOffline();
  const anySetting = useSections().length > 0;
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
      <nav className="rail" aria-label={w.sections}>
        <div className="brand" aria-label={w.product}>
          {w.mark}
        </div>
        {may(me, "desk.work") && (
          <Link to="/desk" activeProps={{ "aria-current": "page" }}>
            <IconHeadset size={20} stroke={1.6} aria-hidden />
            {w.desk}
          </Link>
        )}
        {may(me, "desk.supervise") && (
          <Link to="/wallboard" activeProps={{ "aria-current": "page" }}>
            <IconDeviceDesktopAnalytics size={20} stroke={1.6} aria-hidden />
            {w.wallboard}
          </Link>
        )}
        {may(me, "desk.supervise") && (
          <Link to="/shift" activeProps={{ "aria-current": "page" }}>
            <IconUsersGroup size={20} stroke={1.6} aria-hidden />
            {w.shift}
          </Link>
        )}
        {may(me, "desk.work") && (
          <Link to="/tasks" activeProps={{ "aria-current": "page" }}>
            <IconPhoneOutgoing size={20} stroke={1.6} aria-hidden />
            {w.tasks}
          </Link>
        )}
        {may(me, "ticket.read") && (
          <Link to="/dashboard" activeProps={{ "aria-current": "page" }}>
            <IconHome size={20} stroke={1.6} aria-hidden />
            {w.dashboard}
          </Link>
        )}
        {may(me, "ticket.read") && (
          <Link to="/journal" activeProps={{ "aria-current": "page" }}>
            <IconListDetails size={20} stroke={1.6} aria-hidden />
            {w.journal}
          </Link>
        )}
        {may(me, "call.read") && (
          <Link to="/calls" activeProps={{ "aria-current": "page" }}>
            <IconPhoneCall size={20} stroke={1.6} aria-hidden />
            {w.calls}
          </Link>
        )}
        {may(me, "supplier.read") && (
          <Link to="/supplier-requests" activeProps={{ "aria-current": "page" }}>
            <IconTool size={20} stroke={1.6} aria-hidden />
            {w.supplierTickets}
          </Link>
        )}
        {may(me, "notice.read") && (
          <Link to="/notices" className="long" activeProps={{ "aria-current": "page" }}>
            <IconSpeakerphone size={20} stroke={1.6} aria-hidden />
            {w.notices}
          </Link>
        )}
        <span className="grow" />
        {anySetting && (
          <Link to="/settings" activeProps={{ "aria-current": "page" }}>
            <span className="with-count">
              <IconSettings size={20} stroke={1.6} aria-hidden />
              <GapCount />
            </span>
            {w.settings}
          </Link>
        )}
        <PersonMenu />
      </nav>
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

function PersonMenu() {
  const w = useWords();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const lang = useLang();
  const setLang = useSetLang();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const deeds = useDeeds().length;
  const [asking, setAsking] = useState(false);
  const leave = async () => {
    await outbox.forget(me.user.id);
    await signOut(client);
    await navigate({ to: "/login" });
  };
  return (
    <Menu position="right-end" withinPortal>
      <Menu.Target>
        <button type="button" className="person" aria-label={w.me(me.user.name)}>
          <IconUserCircle size={20} stroke={1.6} aria-hidden />
          <span className="ell">{me.user.name.split(" ")[0]}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.user.name}</Menu.Label>
        <Menu.Item onClick={() => void navigate({ to: "/profile" })}>{w.profile}</Menu.Item>
        {me.company && <Menu.Item onClick={() => void navigate({ to: "/notifications" })}>{w.notifications}</Menu.Item>}
        {may(me, "emergency.read") && (
          <Menu.Item onClick={() => void navigate({ to: "/emergency" })}>{w.emergency}</Menu.Item>
        )}
        <Menu.Item onClick={() => setColorScheme(colorScheme === "dark" ? "light" : "dark")}>
          {colorScheme === "dark" ? w.light : w.dark}
        </Menu.Item>
        <Menu.Item onClick={() => setLang(lang === "ru" ? "en" : "ru")}>{w.language}</Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => (deeds > 0 ? setAsking(true) : void leave())}>{w.signOut}</Menu.Item>
      </Menu.Dropdown>
      {asking && <LeaveDialog deeds={deeds} onStay={() => setAsking(false)} onLeave={() => void leave()} />}
    </Menu>
  );
}
