import { Skeleton, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { Empty, Failed, Panel } from "../../ui/blocks";
import { Late } from "../../ui/Late";
import { SettingsPage } from "../../ui/settings";
import { usePermissionName } from "../Permissions";
import { documentAt, found, useDocument, type Described, type Field } from "./document";
import { useWords } from "./words";
import "./tokens.css";

/** What the API can do, for people: from the same document that machines read. */
export function ReferencePage() {
  const w = useWords();
  const document = useDocument();
  const [q, setQ] = useState("");
  const asked = useDeferredValue(q);
  const list = found(document.data ?? [], asked);
  return (
    <SettingsPage
      title={w.refTitle}
      about={
        <>
          {w.refAbout} <a href={documentAt}>{w.refFile}</a> · <Link to="/settings/api">{w.refBack}</Link>
        </>
      }
    >
      <Panel title={w.refHow}>
        <p className="quiet">{w.refHowText}</p>
        <pre className="api-sample">{`curl -H "Authorization: Bearer d24_…" \\\n  "${location.origin}/api/v1/tickets?limit=20"`}</pre>
      </Panel>
      <TextInput
        label={w.refSearch}
        type="search"
        value={q}
        maxLength={100}
        onChange={(e) => setQ(e.currentTarget.value)}
      />
      {document.isError ? (
        <Failed error={document.error} title={w.refFailed} retry={() => void document.refetch()} />
      ) : !document.data ? (
        <Late>
          <Skeleton h={320} animate={false} />
        </Late>
      ) : list.length === 0 ? (
        <Empty title={w.refNothing}>{w.refNothingText}</Empty>
      ) : (
        tagsOf(list).map((tag) => {
          const ops = list.filter((o) => o.tag === tag);
          return (
            <Panel key={tag} title={tag} right={<span className="s12 t2">{w.refCount(ops.length)}</span>} flush>
              <ul className="api-ops">
                {ops.map((o) => (
                  <li key={o.id}>
                    <Operation op={o} />
                  </li>
                ))}
              </ul>
            </Panel>
          );
        })
      )}
    </SettingsPage>
  );
}

const tagsOf = (list: readonly Described[]) => [...new Set(list.map((o) => o.tag))].sort();

function Operation({ op }: { op: Described }) {
  const w = useWords();
  const right = usePermissionName();
  return (
    <details>
      <summary>
        <span className="api-method">{op.method}</span>
        <code className="api-path">{op.path}</code>
        <span className="s12 t2">{op.summary}</span>
      </summary>
      <div className="api-more">
        <span className="s12">{w.refRight(right(op.permission))}</span>
        {op.about && <span className="s12 t2">{op.about}</span>}
        <Fields title={w.refQuery} fields={op.query} />
        <Fields title={w.refBody} fields={op.body} />
        <Fields title={w.refAnswer} fields={op.answer} />
      </div>
    </details>
  );
}

function Fields({ title, fields }: { title: string; fields: Field[] }) {
  const w = useWords();
  if (fields.length === 0) return null;
  return (
    <div>
      <div className="s12 b">{title}</div>
      <dl className="api-fields">
        {fields.map((f) => (
          <div key={f.name} style={{ display: "contents" }}>
            <dt>
              <code>{f.name}</code>
              {f.required && <span className="t2"> · {w.refRequired}</span>}
            </dt>
            <dd className="t2">
              {f.type}
              {f.about && ` — ${f.about}`}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
