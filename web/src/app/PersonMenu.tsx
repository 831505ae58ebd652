import { Menu, useMantineColorScheme } from "@mantine/core";
import { IconUserCircle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useLang } from "../i18n/i18n";
import { LeaveDialog } from "../offline/LeaveDialog";
import { outbox } from "../offline/outbox";
import { useDeeds } from "../offline/useOutbox";
import { may, signOut, useMe } from "../session/session";
import { useSetLang } from "./lang";
import { useWords } from "./words";

/** What is the person's own: profile, notices, looks, the way out. */
export function PersonMenu() {
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
