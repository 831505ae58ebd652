import { IconArrowLeft } from "@tabler/icons-react";
import { Link, Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { Empty } from "../ui/blocks";
import { GapCount } from "./GapCount";
import { useSections } from "./useSections";
import { useWords } from "./words";
import "../ui/settings.css";

/** The settings: pages at the left, the page beside; on a phone a list of pages first, then the page with a way back. */
export function SettingsFrame() {
  const w = useWords();
  const home = useLocation().pathname.replace(/\/$/, "") === "/settings";
  return (
    <div className={home ? "settings home" : "settings"}>
      <SettingsNav />
      <div className="settings-page">
        {!home && (
          <Link to="/settings" className="settings-back">
            <IconArrowLeft size={18} aria-hidden /> {w.settings}
          </Link>
        )}
        <Outlet />
      </div>
    </div>
  );
}

function SettingsNav() {
  const w = useWords();
  return (
    <nav className="settings-nav" aria-label={w.settings}>
      {useSections().map((g) => (
        <section key={g.word}>
          <h2 className="sect">{w.settingGroup[g.word]}</h2>
          {g.pages.map((p) => (
            <Link key={p.word} to={p.to} activeProps={{ "aria-current": "page" }}>
              {w.setting[p.word]}
              {p.word === "coverage" && <GapCount />}
            </Link>
          ))}
        </section>
      ))}
    </nav>
  );
}

/** Before a page is chosen. */
export function SettingsHome() {
  const w = useWords();
  const first = useSections()[0]?.pages[0];
  // Beside the list an empty page says nothing; on a phone the list is the page.
  if (first && window.matchMedia("(min-width: 701px)").matches) return <Navigate to={first.to} replace />;
  return <Empty title={first ? w.chooseSetting : w.noSettings} />;
}
