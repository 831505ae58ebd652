import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { KindSign } from "../ui/Kind";
import { useFound } from "./api";
import { useWords } from "./words";

/** "Type what the resident says": which reasons the operator's search gives, by which word and how well. */
export function TestBox({ onPick }: { onPick: (id: number) => void }) {
  const w = useWords();
  const [typed, setTyped] = useState("");
  const { q, found } = useFound(typed);
  const items = q.length >= 2 ? (found.data?.items ?? []) : [];
  return (
    <section className="rs-test" aria-label={w.test.label}>
      <TextInput
        label={w.test.label}
        placeholder={w.test.placeholder}
        leftSection={<IconSearch size={16} />}
        maxLength={200}
        value={typed}
        onChange={(e) => setTyped(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key === "Escape") setTyped("");
          if (e.key === "Enter" && items[0]) onPick(items[0].id);
        }}
      />
      <div aria-live="polite">
        {found.isError && <p className="field-error">{w.test.failed}</p>}
        {q.length >= 2 && found.isSuccess && !found.isPlaceholderData && items.length === 0 && (
          <p className="quiet">{w.test.none(q)}</p>
        )}
        {items.length > 0 && (
          <ol className="rs-found">
            {items.map((r, i) => (
              <li key={r.id}>
                <button type="button" onClick={() => onPick(r.id)}>
                  <span className="num t2">{w.test.score(Math.round(r.score * 100))}</span>
                  <KindSign kind={r.kind} />
                  <span className="grow">
                    <span className={i === 0 ? "b" : ""}>{r.name}</span>
                    <span className="s12 t2 rs-by">
                      {w.test.by(r.found_by)}
                      {i === 0 && ` · ${w.test.best}`}
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}
