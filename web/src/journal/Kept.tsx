import { ActionIcon, Button, Checkbox, Menu, Modal, Popover, SegmentedControl, TextInput } from "@mantine/core";
import { IconColumns, IconListDetails, IconUsers } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { ApiError } from "../api/client";
import { useMe } from "../session/session";
import { Note, useErrorText } from "../ui/blocks";
import { useDropView, useKeepView, useViewsKept, useCompanyOf, type KeptView } from "./api";
import { useAddress } from "./address";
import { ALWAYS, COLUMNS, readColumns, type Column, type Density } from "./columns";
import type { JournalSearch } from "./search";
import { useWords } from "./words";

type Props = {
  search: JournalSearch;
  onChange: (search: JournalSearch) => void;
  columns: readonly Column[];
  onColumns: (columns: readonly Column[]) => void;
  withCompany: boolean;
};

/** Kept lists: one's own and the shared ones. */
export function KeptMenu({ search, onChange, columns, onColumns }: Omit<Props, "withCompany">) {
  const w = useWords();
  const address = useAddress();
  const company = useCompanyOf(search);
  const kept = useViewsKept(company).data;
  const drop = useDropView(company);
  const [isKeeping, setKeeping] = useState(false);
  const now = kept?.items.find((k) => k.query === address.textOf(search));
  const open = (k: KeptView) => {
    if (k.columns.length > 0) onColumns(readColumns(k.columns));
    onChange(address.read(k.query));
  };
  if (!company) return <CompanyMenu search={search} onChange={onChange} />;
  return (
    <>
      <Menu position="bottom-start" shadow="md">
        <Menu.Target>
          <Button size="compact-sm" variant="default" leftSection={<IconListDetails size={14} aria-hidden />}>
            <span className="ell" style={{ maxWidth: 180 }}>
              {now?.name ?? w.kept.title}
            </span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kept?.items.length === 0 && <Menu.Label>{w.kept.none}</Menu.Label>}
          {kept?.items.map((k) => (
            <Menu.Item
              key={k.id}
              onClick={() => open(k)}
              leftSection={
                k.is_shared ? <IconUsers size={14} aria-label={w.kept.shared} /> : <span className="kept-own" />
              }
            >
              {k.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setKeeping(true)}>{w.kept.keep}</Menu.Item>
          {now?.is_mine && <Menu.Item onClick={() => drop.mutate(now.id)}>{w.kept.drop(now.name)}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {isKeeping && (
        <KeepDialog
          company={company}
          query={address.textOf(search)}
          columns={columns}
          mayShare={kept?.may_share ?? false}
          onClose={() => setKeeping(false)}
        />
      )}
    </>
  );
}

/** Who serves several companies is told that lists are a company's own, and chooses it here. */
function CompanyMenu({ search, onChange }: Pick<Props, "search" | "onChange">) {
  const w = useWords();
  const { companies } = useMe();
  if (companies.length === 0) return null;
  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<IconListDetails size={14} aria-hidden />}>
          {w.kept.title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={400} style={{ overflow: "auto", maxWidth: 340 }}>
        <Menu.Label>{w.kept.ofCompany}</Menu.Label>
        {companies.map((c) => (
          <Menu.Item key={c.id} onClick={() => onChange({ ...search, company: c.id })}>
            {c.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

type KeepProps = {
  company: number;
  query: string;
  columns: readonly Column[];
  mayShare: boolean;
  onClose: () => void;
};

function KeepDialog({ company, query, columns, mayShare, onClose }: KeepProps) {
  const w = useWords();
  const say = useErrorText();
  const keep = useKeepView(company);
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!keep.isPending)
      keep.mutate({ name, query, columns: [...columns], is_shared: isShared }, { onSuccess: onClose });
  };
  const at = keep.error instanceof ApiError ? keep.error.fields.get("name") : undefined;
  return (
    <Modal opened onClose={onClose} title={w.kept.keep} centered>
      <form className="col" onSubmit={submit} noValidate style={{ gap: 12 }}>
        <TextInput
          label={w.kept.name}
          placeholder={w.kept.nameHint}
          data-autofocus
          maxLength={60}
          value={name}
          error={at}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        {mayShare && (
          <Checkbox
            label={w.kept.share}
            description={w.kept.shareMore}
            checked={isShared}
            onChange={(e) => setShared(e.currentTarget.checked)}
          />
        )}
        {keep.error && !at && <Note tone="emg">{say(keep.error)}</Note>}
        <div className="row">
          <span className="grow" />
          <Button type="submit" loading={keep.isPending}>
            {w.kept.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** Which columns the table has. */
export function ColumnsMenu({
  columns,
  onColumns,
  withCompany,
  density,
  onDensity,
}: Pick<Props, "columns" | "onColumns" | "withCompany"> & { density: Density; onDensity: (d: Density) => void }) {
  const w = useWords();
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <ActionIcon variant="default" size={26} aria-label={w.columns} title={w.columns}>
          <IconColumns size={15} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={12}>
        <div className="col" role="group" aria-label={w.columns}>
          {COLUMNS.filter((c) => c !== "company" || withCompany).map((c) => (
            <Checkbox
              key={c}
              size="xs"
              label={w.column[c]}
              checked={columns.includes(c)}
              disabled={ALWAYS.includes(c)}
              onChange={(e) =>
                onColumns(e.currentTarget.checked ? readColumns([...columns, c]) : columns.filter((x) => x !== c))
              }
            />
          ))}
        </div>
        <SegmentedControl
          mt={12}
          size="xs"
          fullWidth
          aria-label={w.density.title}
          value={density}
          onChange={(d) => onDensity(d as Density)}
          data={(["compact", "comfortable"] as const).map((d) => ({ value: d, label: w.density[d] }))}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
