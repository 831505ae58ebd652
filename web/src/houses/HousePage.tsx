import { Button, Modal, SegmentedControl, Skeleton, Tabs, TextInput } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/client";
import type { BuildingCard } from "../api/types";
import { FilesPanel } from "../files/FilesPanel";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { Told } from "../notices/Told";
import { dateOf, momentOf, numberOf, timeOf } from "../time/format";
import { Empty, Failed, Note, Panel } from "../ui/blocks";
import { KindMark, KindSign } from "../ui/Kind";
import { Late } from "../ui/Late";
import { Refused, SettingsPage, useSaid } from "../ui/settings";
import { useArchive, useHouse, usePhoneCounts, useYearCounts } from "./api";
import { signsOf, type Ticket, type Unit } from "./board";
import { Chessboard, type Layer } from "./Chessboard";
import { HouseForm } from "./HouseForm";
import { OsmCredit } from "./HousesPage";
import { About, FlatPanel, Serving } from "./HouseSide";
import { Passages } from "./Passages";
import type { HouseSearch, Tab } from "./search";
import { UnitsEditor } from "./UnitsEditor";
import { useWords } from "./words";
import "./houses.css";

/** A house: what a resident may ask about it (H3), its flats, its card. */
export function HousePage() {
  const w = useWords();
  const id = Number(useParams({ from: "/signed-in/settings/houses/$id" }).id) || 0;
  const query = useHouse(id);
  if (query.data) return <House key={query.data.id} house={query.data} />;
  return query.isError ? (
    <Failed error={query.error} title={w.failed} retry={() => void query.refetch()} />
  ) : (
    <Late>
      <Skeleton h={300} animate={false} />
    </Late>
  );
}

function House({ house }: { house: BuildingCard }) {
  const w = useWords();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/settings/houses/$id" });
  const tab = search.tab ?? "units";
  const go = (next: HouseSearch) =>
    void navigate({ to: "/settings/houses/$id", params: { id: String(house.id) }, search: next, replace: true });
  const chosen = house.units.find((u) => u.id === search.unit);
  const now = useNow();
  const me = useMe();
  const canEdit = house.can.includes("edit");
  const tabs: Tab[] = canEdit
    ? ["units", "requests", "serving", "files", "card", "edit_units"]
    : ["units", "requests", "serving", "files", "card"];
  return (
    <SettingsPage
      title={house.address}
      about={`${house.city} · ${house.company_name} · ${timeOf(now, house.zone)}`}
      wide
      action={<Actions house={house} />}
    >
      <State house={house} />
      {may(me, "platform.operate") && <Passages house={house} />}
      <Tabs value={tab} onChange={(v) => go(v === "units" ? {} : { tab: v as Tab })} keepMounted={false}>
        <Tabs.List>
          {tabs.map((t) => (
            <Tabs.Tab key={t} value={t}>
              {w.tab[t]}{" "}
              {t === "requests" && house.open_tickets.length > 0 && (
                <span className="num">{house.open_tickets.length}</span>
              )}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="units" pt="sm">
          <div className="house">
            <Flats
              house={house}
              chosen={chosen}
              onChoose={(u) => go({ unit: u.id })}
              onMake={() => go({ tab: "edit_units" })}
            />
            <aside className="house-side">
              {may(me, "notice.read") && <Told companyId={house.company_id} buildingId={house.id} />}
              {chosen && <FlatPanel house={house} unit={chosen} />}
              <Serving house={house} />
              <About house={house} />
            </aside>
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="requests" pt="sm">
          <Requests house={house} tickets={house.open_tickets} title={w.requests} />
        </Tabs.Panel>
        <Tabs.Panel value="serving" pt="sm">
          <div className="house-side">
            <Serving house={house} />
            <About house={house} />
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="files" pt="sm">
          <FilesPanel subject="building" of={house.id} zone={house.zone} closed={house.is_archived} />
        </Tabs.Panel>
        <Tabs.Panel value="card" pt="sm">
          <HouseForm key={house.version} house={house} onSaved={() => undefined} readOnly={!canEdit} />
        </Tabs.Panel>
        {canEdit && (
          <Tabs.Panel value="edit_units" pt="sm">
            <UnitsEditor key={house.id} house={house} />
          </Tabs.Panel>
        )}
      </Tabs>
      {house.origin === "osm" && <OsmCredit />}
    </SettingsPage>
  );
}

/** What of the house is not as usual: it is in the archive, goes to another company or comes from one (F15). */
function State({ house }: { house: BuildingCard }) {
  const w = useWords();
  const now = useNow();
  const { served_from: from, served_until: until, zone } = house;
  const day = (iso: string) => dateOf(iso, zone, now);
  if (until) return <Note tone="plan">{Date.parse(until) > now ? w.goes(day(until)) : w.gone(day(until))}</Note>;
  if (house.is_archived) return <Note tone="plan">{w.inArchive}</Note>;
  return from && Date.parse(from) > now ? <Note tone="plan">{w.comes(day(from))}</Note> : null;
}

function Actions({ house }: { house: BuildingCard }) {
  const w = useWords();
  const me = useMe();
  const said = useSaid();
  const archive = useArchive(house);
  const [asked, setAsked] = useState(false);
  const owed = archive.error instanceof ApiError && archive.error.code === "building.open_tickets";
  const done = () => {
    setAsked(false);
    said(w.saved);
  };
  return (
    <span className="row wrap">
      {house.can.includes("archive") && (
        <Button size="xs" variant="default" onClick={() => setAsked(true)}>
          {w.toArchive}
        </Button>
      )}
      {house.can.includes("restore") && (
        <Button
          size="xs"
          variant="default"
          loading={archive.isPending}
          onClick={() => archive.mutate({ restore: true }, { onSuccess: done })}
        >
          {w.fromArchive}
        </Button>
      )}
      {may(me, "ticket.create") && !house.is_archived && (
        <Button
          size="xs"
          className="btn-primary"
          renderRoot={(props) => <Link to="/journal/new" search={{ house: house.id }} {...props} />}
        >
          {w.newRequest}
        </Button>
      )}
      <Modal opened={asked} onClose={() => setAsked(false)} title={w.archiveTitle(house.address)}>
        <div className="col">
          <div>{w.archiveText}</div>
          <Refused error={archive.error} />
          <div className="row wrap">
            <Button
              color="red"
              loading={archive.isPending}
              onClick={() => archive.mutate({ restore: false, despite: owed }, { onSuccess: done })}
            >
              {owed ? w.archiveDespite : w.toArchive}
            </Button>
            <Button variant="default" onClick={() => setAsked(false)}>
              {w.cancel}
            </Button>
          </div>
        </div>
      </Modal>
    </span>
  );
}

const NONE: ReadonlyMap<string, number> = new Map();

type FlatsProps = { house: BuildingCard; chosen: Unit | undefined; onChoose: (u: Unit) => void; onMake: () => void };

function Flats({ house, chosen, onChoose, onMake }: FlatsProps) {
  const w = useWords();
  const me = useMe();
  const mayPhones = may(me, "contact.read");
  const [layer, setLayer] = useState<Layer>("open");
  const [text, setText] = useState("");
  const year = useYearCounts(house.id, layer === "year");
  const phones = usePhoneCounts(house.id, layer === "phones" && mayPhones);
  const counts = (layer === "year" ? year.data : layer === "phones" ? phones.data : undefined) ?? NONE;
  const layers: Layer[] = mayPhones ? ["open", "year", "other", "phones"] : ["open", "year", "other"];
  const find = (value: string) => {
    setText(value);
    const u = house.units.find((x) => x.number.toLowerCase() === value.trim().toLowerCase());
    if (u) onChoose(u);
  };
  const common = house.open_tickets.filter((t) => t.unit === "");
  return (
    <div className="col" style={{ gap: 12, minWidth: 0 }}>
      {house.units.length === 0 ? (
        <Empty
          title={w.noUnits}
          action={
            house.can.includes("edit") && (
              <Button className="btn-primary" size="xs" onClick={onMake}>
                {w.makeUnits}
              </Button>
            )
          }
        >
          {w.noUnitsMore}
        </Empty>
      ) : (
        <>
          <div className="house-bar">
            <TextInput
              size="xs"
              w={130}
              aria-label={w.find}
              placeholder={w.find}
              value={text}
              onChange={(e) => find(e.currentTarget.value)}
            />
            <SegmentedControl
              size="xs"
              value={layer}
              onChange={(v) => setLayer(v as Layer)}
              data={layers.map((v) => ({ value: v, label: w.layer[v] }))}
            />
            <span className="grow" />
            <div className="house-legend">
              {(["emergency", "planned", "paid"] as const).map((k) => (
                <KindMark key={k} kind={k} />
              ))}
              <span>{w.legend}</span>
            </div>
          </div>
          <Chessboard
            house={house}
            signs={signsOf(house.open_tickets)}
            layer={layer}
            counts={counts}
            chosen={chosen}
            onChoose={onChoose}
          />
          <div className="quiet s12">{w.keys}</div>
        </>
      )}
      <Requests house={house} tickets={common} title={w.common} />
    </div>
  );
}

function Requests({ house, tickets, title }: { house: BuildingCard; tickets: readonly Ticket[]; title: string }) {
  const w = useWords();
  const now = useNow();
  return (
    <Panel title={title} right={<span className="cnt">{tickets.length}</span>}>
      {tickets.length === 0 && <div className="quiet">{w.noCommon}</div>}
      {tickets.map((t) => (
        <div key={t.id} className="li row wrap">
          <KindSign kind={t.kind} />
          <Link to="/journal/$id" params={{ id: String(t.id) }} className="grow">
            № {numberOf(t.number)} {t.reason_name}
          </Link>
          <span className="t2">{t.unit || w.wholeHouse}</span>
          <span className="t2">{t.executor?.name ?? ""}</span>
          <span className={t.overdue ? "k-emg" : "t2"}>
            {t.overdue ? w.overdue : t.due_at ? w.until(momentOf(t.due_at, house.zone, now)) : ""}
          </span>
        </div>
      ))}
    </Panel>
  );
}
