import { Skeleton } from "@mantine/core";
import { Empty, Failed } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { numberOf } from "../time/format";
import { isAlive, useErrands, useRefused, type Errand } from "./api";
import { ErrandLine } from "./ErrandLine";
import { useWords } from "./words";
import "./errands.css";

/** Everything the user has had done, the newest first. */
export function ErrandsPage() {
  const w = useWords();
  const errands = useErrands();
  const items = errands.data?.items ?? [];
  return (
    <div className="errands-page">
      <SettingsPage title={w.title} about={w.about}>
        {errands.isError && !errands.data ? (
          <Failed error={errands.error} title={w.failed} retry={() => void errands.refetch()} />
        ) : errands.isPending ? (
          <Late>
            <Skeleton h={96} animate={false} />
          </Late>
        ) : items.length === 0 ? (
          <Empty title={w.empty}>{w.emptyText}</Empty>
        ) : (
          <ul className="panel errand-rows">
            {items.map((e) => (
              <li key={e.id}>
                <div className="s12 t2">{w.kind[e.kind]}</div>
                <ErrandLine
                  errand={e}
                  more={
                    e.query !== "" && (
                      <a className="s13" href={`/journal?${e.query}`}>
                        {w.list}
                      </a>
                    )
                  }
                />
                <Refused errand={e} />
              </li>
            ))}
          </ul>
        )}
      </SettingsPage>
    </div>
  );
}

const FIRST = 20;

function Refused({ errand: e }: { errand: Errand }) {
  const w = useWords();
  const some = e.kind === "change" && e.refused > 0 && !isAlive(e);
  const list = useRefused(e.id, some).data?.items ?? [];
  if (!some || list.length === 0) return null;
  return (
    <details>
      <summary className="s13">
        {w.why} · {e.refused}
      </summary>
      <ul className="errand-why s13">
        {list.slice(0, FIRST).map((o) => (
          <li key={o.number}>
            <b className="num">{numberOf(o.number)}</b> {o.why}
          </li>
        ))}
      </ul>
      {e.refused > FIRST && <div className="s13 t2">{w.whyMore(e.refused - FIRST)}</div>}
    </details>
  );
}
