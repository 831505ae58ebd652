import { ActionIcon, Button, Checkbox, Menu, Modal, Select, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback, useDebouncedValue } from "@mantine/hooks";
import { IconDots } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { dateOf } from "../time/format";
import { Empty, Failed, Note } from "../ui/blocks";
import { Late } from "../ui/Late";
import { Refused, Rest, SettingsPage, useRefusal, useSaid } from "../ui/settings";
import { ImportDialog } from "../ui/table/ImportDialog";
import { useWords as useCommon } from "../ui/words";
import {
  useAddContact,
  useCompanyId,
  useContacts,
  useErase,
  useHouseSearch,
  useMark,
  type Contact,
  type ContactsSearch,
  type Mark,
} from "./api";
import { useWords } from "./words";
import "./contacts.css";

const MARKS: readonly Mark[] = ["confirmed", "wrong", "moved_away", "consent", "no_consent"];

/** Residents' numbers: which phone belongs to which address. */
export function ContactsPage() {
  const w = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/settings/contacts" });
  const [dialog, setDialog] = useState<"add" | "import" | "erase" | null>(null);
  const company = useCompanyId();
  const list = useContacts(search);
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  const canWrite = may(me, "contact.write");
  const go = (next: ContactsSearch) => void navigate({ to: "/settings/contacts", search: next, replace: true });
  const close = () => setDialog(null);
  return (
    <SettingsPage
      title={w.title}
      about={w.about}
      wide
      action={
        canWrite && (
          <span className="row wrap">
            <Button size="xs" variant="default" onClick={() => setDialog("erase")}>
              {w.erase}
            </Button>
            <Button size="xs" variant="default" onClick={() => setDialog("import")}>
              {w.import}
            </Button>
            <Button size="xs" className="btn-primary" onClick={() => setDialog("add")}>
              {w.add}
            </Button>
          </span>
        )
      }
    >
      <Filters search={search} onChange={go} />
      {rows.some((c) => c.is_masked) && <Note>{w.masked}</Note>}
      {list.isError && !list.data ? (
        <Failed error={list.error} title={w.failed} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Late>
          <Skeleton h={160} animate={false} />
        </Late>
      ) : rows.length === 0 ? (
        search.q ? (
          <Empty title={w.nothing} />
        ) : (
          <Empty title={w.empty}>{w.emptyMore}</Empty>
        )
      ) : (
        <Rows rows={rows} canWrite={canWrite} />
      )}
      {list.hasNextPage && (
        <Button variant="default" size="xs" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {w.more}
        </Button>
      )}
      <ImportDialog
        kind="contacts"
        title={w.importTitle}
        company={company}
        topics={["contacts"]}
        opened={dialog === "import"}
        onClose={close}
      />
      <Modal opened={dialog === "add"} onClose={close} title={w.add}>
        <AddForm onDone={close} />
      </Modal>
      <Modal opened={dialog === "erase"} onClose={close} title={w.erase}>
        <EraseForm onDone={close} />
      </Modal>
    </SettingsPage>
  );
}

function Filters({ search, onChange }: { search: ContactsSearch; onChange: (s: ContactsSearch) => void }) {
  const w = useWords();
  const [text, setText] = useState(search.q ?? "");
  const noText: ContactsSearch = search.moved ? { moved: true } : {};
  const noMoved: ContactsSearch = search.q ? { q: search.q } : {};
  const send = useDebouncedCallback((q: string) => onChange(q.trim() ? { ...noText, q: q.trim() } : noText), 250);
  return (
    <div className="row wrap" role="search">
      <TextInput
        size="xs"
        w={260}
        aria-label={w.search}
        placeholder={w.search}
        value={text}
        onChange={(e) => {
          setText(e.currentTarget.value);
          send(e.currentTarget.value);
        }}
      />
      <Checkbox
        label={w.movedAway}
        checked={search.moved ?? false}
        onChange={(e) => onChange(e.currentTarget.checked ? { ...noMoved, moved: true } : noMoved)}
      />
    </div>
  );
}

function Rows({ rows, canWrite }: { rows: readonly Contact[]; canWrite: boolean }) {
  const w = useWords();
  const common = useCommon();
  const now = useNow();
  const said = useSaid();
  const mark = useMark();
  const day = (iso: string) => dateOf(iso, Intl.DateTimeFormat().resolvedOptions().timeZone, now);
  return (
    <div className="contacts-wrap">
      <Refused error={mark.error} />
      <table className="tbl rows">
        <thead>
          <tr>
            {(["phone", "address", "source", "confirmed", "consent"] as const).map((k) => (
              <th key={k} className={k === "source" || k === "consent" ? "only-wide" : undefined}>
                {w.column[k]}
              </th>
            ))}
            {canWrite && <th />}
          </tr>
        </thead>
        <tbody>
          {rows.map((c) => (
            <tr key={c.id}>
              <td className="nw">
                <b>{c.phone}</b> <span className="t3">{w.kind[c.kind]}</span>
              </td>
              <td>{[c.address, c.unit && common.unitShort(c.unit)].filter(Boolean).join(", ")}</td>
              <td className="t2 only-wide">{w.source[c.source]}</td>
              <td className="t2 nw">
                {c.moved_away_at ? w.left(day(c.moved_away_at)) : day(c.last_confirmed_at)}
                {c.doubts > 0 && <span className="contact-doubt"> · {w.doubts(c.doubts)}</span>}
              </td>
              <td className="t2 only-wide">{c.is_consenting === null ? w.notAsked : c.is_consenting ? w.yes : w.no}</td>
              {canWrite && (
                <td>
                  <Menu position="bottom-end">
                    <Menu.Target>
                      <ActionIcon variant="subtle" aria-label={w.actions(c.phone)}>
                        <IconDots size={16} stroke={1.6} />
                      </ActionIcon>
                    </Menu.Target>
                    <Menu.Dropdown>
                      {MARKS.map((m) => (
                        <Menu.Item
                          key={m}
                          onClick={() => mark.mutate({ id: c.id, mark: m }, { onSuccess: () => said(w.saved) })}
                        >
                          {w.mark[m]}
                        </Menu.Item>
                      ))}
                    </Menu.Dropdown>
                  </Menu>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AddForm({ onDone }: { onDone: () => void }) {
  const w = useWords();
  const said = useSaid();
  const add = useAddContact();
  const refusal = useRefusal(add.error);
  const { at } = refusal;
  const [phone, setPhone] = useState("");
  const [text, setText] = useState("");
  const [house, setHouse] = useState<string | null>(null);
  const [unit, setUnit] = useState("");
  const [consents, setConsents] = useState(false);
  const [q] = useDebouncedValue(text, 200);
  const found = useHouseSearch(q);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (add.isPending || !house) return;
    add.mutate(
      { phone, building_id: Number(house), unit, is_consenting: consents ? true : null },
      {
        onSuccess: () => {
          said(w.saved);
          onDone();
        },
      },
    );
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <TextInput
        label={w.phone}
        inputMode="tel"
        value={phone}
        error={at("phone")}
        onChange={(e) => setPhone(e.currentTarget.value)}
      />
      <Select
        label={w.house}
        searchable
        filter={({ options }) => options}
        data={(found.data?.items ?? []).map((b) => ({ value: String(b.id), label: `${b.street}, ${b.house}` }))}
        searchValue={text}
        onSearchChange={setText}
        value={house}
        error={at("building_id")}
        onChange={setHouse}
      />
      <TextInput label={w.flatLabel} value={unit} error={at("unit")} onChange={(e) => setUnit(e.currentTarget.value)} />
      <Checkbox label={w.consentLabel} checked={consents} onChange={(e) => setConsents(e.currentTarget.checked)} />
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={add.isPending} disabled={!house}>
          {w.save}
        </Button>
        <Button variant="default" onClick={onDone}>
          {w.cancel}
        </Button>
      </div>
    </form>
  );
}

function EraseForm({ onDone }: { onDone: () => void }) {
  const w = useWords();
  const said = useSaid();
  const erase = useErase();
  const refusal = useRefusal(erase.error);
  const { at } = refusal;
  const [phone, setPhone] = useState("");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (erase.isPending) return;
    erase.mutate(phone, {
      onSuccess: (r) => {
        said(w.erased(r.rows));
        onDone();
      },
    });
  };
  return (
    <form className="col" onSubmit={submit} noValidate>
      <div>{w.eraseText}</div>
      <TextInput
        label={w.phone}
        inputMode="tel"
        value={phone}
        error={at("phone")}
        onChange={(e) => setPhone(e.currentTarget.value)}
      />
      <Rest of={refusal} />
      <div className="row">
        <Button type="submit" color="red" loading={erase.isPending}>
          {w.eraseNow}
        </Button>
        <Button variant="default" onClick={onDone}>
          {w.cancel}
        </Button>
      </div>
    </form>
  );
}
