import { Drawer, Select } from "@mantine/core";
import { useState } from "react";
import { useMe } from "../session/session";
import { NoticeForm } from "./NoticeForm";
import { useWords } from "./words";

/** Where a notice begins: nothing known, or the company and house that many call from. */
export interface From {
  company?: number;
  house?: number;
}

/** A new notice in a drawer: the company first, then the form. */
export function RaiseNotice({ from, onClose }: { from: From | null; onClose(): void }) {
  const w = useWords();
  return (
    <Drawer opened={from !== null} onClose={onClose} position="right" size={560} title={w.raise}>
      {from && <Raise key={`${from.company ?? 0}-${from.house ?? 0}`} from={from} onDone={onClose} />}
    </Drawer>
  );
}

function Raise({ from, onDone }: { from: From; onDone(): void }) {
  const w = useWords();
  const me = useMe();
  const [company, setCompany] = useState(
    from.company ?? me.company?.id ?? (me.companies.length === 1 ? (me.companies[0]?.id ?? 0) : 0),
  );
  return (
    <div className="col">
      {!me.company && me.companies.length > 1 && (
        <Select
          label={w.company}
          allowDeselect={false}
          data={me.companies.map((c) => ({ value: String(c.id), label: c.name }))}
          placeholder={w.companyHint}
          value={company > 0 ? String(company) : null}
          onChange={(v) => setCompany(Number(v ?? company))}
        />
      )}
      {company > 0 && (
        <NoticeForm
          key={company}
          company={company}
          zone={me.company?.zone ?? me.zone}
          houses={from.house && company === from.company ? [from.house] : []}
          onDone={onDone}
        />
      )}
    </div>
  );
}
