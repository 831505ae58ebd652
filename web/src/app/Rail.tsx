import { Menu } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import {
  IconDeviceDesktopAnalytics,
  IconDots,
  IconHeadset,
  IconHome,
  IconListDetails,
  IconPhoneCall,
  IconPhoneOutgoing,
  IconSettings,
  IconSpeakerphone,
  IconTool,
  IconUsersGroup,
  type Icon,
} from "@tabler/icons-react";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { may, useMe, type Permission } from "../session/session";
import { GapCount } from "./GapCount";
import { PersonMenu } from "./PersonMenu";
import { useSections } from "./useSections";
import { useWords } from "./words";

const SECTIONS = [
  { to: "/desk", name: "desk", icon: IconHeadset, right: "desk.work" },
  { to: "/wallboard", name: "wallboard", icon: IconDeviceDesktopAnalytics, right: "desk.supervise" },
  { to: "/shift", name: "shift", icon: IconUsersGroup, right: "desk.supervise" },
  { to: "/tasks", name: "tasks", icon: IconPhoneOutgoing, right: "desk.work" },
  { to: "/dashboard", name: "dashboard", icon: IconHome, right: "ticket.read" },
  { to: "/journal", name: "journal", icon: IconListDetails, right: "ticket.read" },
  { to: "/calls", name: "calls", icon: IconPhoneCall, right: "call.read" },
  { to: "/supplier-requests", name: "supplierTickets", icon: IconTool, right: "supplier.read" },
  { to: "/notices", name: "notices", icon: IconSpeakerphone, right: "notice.read" },
] as const satisfies readonly { to: string; name: string; icon: Icon; right: Permission }[];

const SETTINGS = { to: "/settings", name: "settings", icon: IconSettings } as const;

/** A phone is as wide as six thumbs: four sections, what is over them, and the person. */
const FIT = 6;

/** The sections that the person may open: at the left of a desk, at the bottom of a phone. */
export function Rail() {
  const w = useWords();
  const me = useMe();
  const anySetting = useSections().length > 0;
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const mine = [...SECTIONS.filter((s) => may(me, s.right)), ...(anySetting ? [SETTINGS] : [])];
  const shown = narrow && mine.length + 1 > FIT ? mine.slice(0, FIT - 2) : mine;
  return (
    <nav className="rail" aria-label={w.sections}>
      <div className="brand" aria-label={w.product}>
        {w.mark}
      </div>
      {shown.map((s) => (
        <Section key={s.to} of={s} />
      ))}
      {shown.length < mine.length && <Rest of={mine.slice(shown.length)} />}
      {!anySetting && <span className="grow" />}
      <PersonMenu />
    </nav>
  );
}

type One = (typeof SECTIONS)[number] | typeof SETTINGS;

function Section({ of }: { of: One }) {
  const w = useWords();
  const link = (
    <Link to={of.to} {...(of.name === "notices" ? { className: "long" } : {})} activeProps={{ "aria-current": "page" }}>
      <Sign of={of} />
      {w[of.name]}
    </Link>
  );
  if (of !== SETTINGS) return link;
  return (
    <>
      <span className="grow" />
      {link}
    </>
  );
}

function Sign({ of }: { of: One }) {
  const sign = <of.icon size={20} stroke={1.6} aria-hidden />;
  if (of !== SETTINGS) return sign;
  return (
    <span className="with-count">
      {sign}
      <GapCount />
    </span>
  );
}

/** On a phone: the sections that do not fit into the row. */
function Rest({ of }: { of: readonly One[] }) {
  const w = useWords();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const isHere = (s: One) => pathname === s.to || pathname.startsWith(`${s.to}/`);
  const here = of.find(isHere);
  return (
    <Menu position="top-end" withinPortal>
      <Menu.Target>
        <button type="button" className="person" {...(here ? { "aria-current": "page" } : {})}>
          <IconDots size={20} stroke={1.6} aria-hidden />
          {w.rest}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {of.map((s) => (
          <Menu.Item
            key={s.to}
            h={48}
            leftSection={<Sign of={s} />}
            {...(s === here ? { "aria-current": "page" as const } : {})}
            onClick={() => void navigate({ to: s.to })}
          >
            {w[s.name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
