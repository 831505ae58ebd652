import { Button, NativeSelect, Skeleton } from "@mantine/core";
import { IconPrinter, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import type { EmergencyList } from "../api/types";
import { useMe } from "../session/session";
import { useNow } from "../time/clock";
import { fullOf } from "../time/format";
import { Empty, Failed, Note } from "../ui/blocks";
import { Late } from "../ui/Late";
import { useEmergencyList } from "./api";
import "./emergency.css";
import { Callers, CompanyPart, Operators } from "./Parts";
import { useWords } from "./words";

/** Whom to call by an ordinary mobile phone while ours are down: a sheet of paper on the screen, printed as it is. */
export function EmergencyPage() {
  const w = useWords();
  const { list, isAway, isLooking, isFetching, error, refetch } = useEmergencyList();
  const [only, setOnly] = useState("");
  return (
    <div className="emergency-page">
      <div className="emergency-bar no-print">
        <Button leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()} disabled={!list}>
          {w.print}
        </Button>
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={isFetching}
          onClick={() => void refetch()}
        >
          {w.refresh}
        </Button>
        {list && list.companies.length > 1 && (
          <NativeSelect
            aria-label={w.company}
            value={only}
            onChange={(e) => setOnly(e.currentTarget.value)}
            data={[
              { value: "", label: w.allCompanies },
              ...list.companies.map((c) => ({ value: String(c.id), label: c.name })),
            ]}
          />
        )}
      </div>
      {isAway && (
        <div className="no-print">
          <Away list={list} isLooking={isLooking} />
        </div>
      )}
      {list ? (
        <Sheet list={list} only={Number(only)} isAway={isAway} />
      ) : isLooking ? (
        <Late>
          <Skeleton h={400} animate={false} />
        </Late>
      ) : (
        !isAway && <Failed error={error} title={w.failed} retry={() => void refetch()} />
      )}
    </div>
  );
}

/** How old what is shown is, when it is not of now. */
function useAge(list: EmergencyList): string {
  const w = useWords();
  const minutes = Math.floor((useNow() - Date.parse(list.at)) / 60_000);
  if (minutes < 1) return w.fresh;
  return minutes < 120 ? w.minutes(minutes) : w.hours(Math.floor(minutes / 60));
}

function Old({ list }: { list: EmergencyList }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  return <>{w.old(fullOf(list.at, me.zone, now), useAge(list))}</>;
}

function Away({ list, isLooking }: { list: EmergencyList | null; isLooking: boolean }) {
  const w = useWords();
  if (!list && isLooking) return null;
  return (
    <Note tone="emg">
      <span role="alert" data-testid="list-old">
        {list ? <Old list={list} /> : w.noneKept}
      </span>
    </Note>
  );
}

function Sheet({ list, only, isAway }: { list: EmergencyList; only: number; isAway: boolean }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  const shown = only ? list.companies.filter((c) => c.id === only) : list.companies;
  const callers = only ? list.callers.filter((c) => c.company_id === only) : list.callers;
  const operators = only ? list.operators.filter((o) => (o.company_id ?? only) === only) : list.operators;
  if (list.companies.length === 0) return <Empty title={w.nobody} />;
  return (
    <article className="paper" data-testid="emergency-paper">
      <h1>{w.title}</h1>
      <p>
        {w.made(fullOf(list.at, me.zone, now))}. {w.about}
      </p>
      {isAway && (
        <p className="only-print">
          <Old list={list} />
        </p>
      )}
      <section>
        <h2>{w.order}</h2>
        <ol>
          {w.orderSteps.map((s) => (
            <li key={s}>{s}</li>
          ))}
        </ol>
      </section>
      {me.kind !== "company" && <Callers callers={callers} companies={list.companies} />}
      {(me.kind !== "company" || operators.length > 0) && (
        <Operators operators={operators} companies={list.companies} />
      )}
      {shown.map((c) => (
        <CompanyPart key={c.id} company={c} />
      ))}
      <p className="small">{w.personal}</p>
    </article>
  );
}
