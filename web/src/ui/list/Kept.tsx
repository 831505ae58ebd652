import { ActionIcon, Button, Checkbox, Menu, Modal, Popover, SegmentedControl, TextInput } from "@mantine/core";
import { IconColumns, IconListDetails, IconUsers } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { ApiError } from "../../api/client";
import { useMe } from "../../session/session";
import { Note, useErrorText } from "../blocks";
import { Rest, useRefusal, useSaid } from "../settings";
import { readColumns, type ColumnSet, type Density } from "./columns";
import { useChangeView, useDropView, useKeepView, useViewsKept, type KeptView, type Of } from "./kept";
import { useWords } from "./words";

type Props<C extends string> = {
  of: Of;
  /** Whose list is on the screen; 0: of several companies. */
  company: number;
  /** The list in the words of its address, and how to open such words. */
  query: string;
  onQuery: (query: string) => void;
  onCompany: (id: number) => void;
  set: ColumnSet<C>;
  columns: readonly C[];
  onColumns: (columns: readonly C[]) => void;
  /** Why a company has to be chosen first; an example of a name. */
  about: { ofCompany: string; nameHint: string };
};

/** Kept lists: one's own and the shared ones. */
export function KeptMenu<C extends string>(props: Props<C>) {
  const { of, company, query, onQuery, set, columns, onColumns } = props;
  const w = useWords();
  const kept = useViewsKept(of, company).data;
  const drop = useDropView(of, company);
  const keep = useKeepView(of, company);
  const said = useSaid();
  const text = useErrorText();
  const [isKeeping, setKeeping] = useState(false);
  const [changed, setChanged] = useState<KeptView>();
  const now = kept?.items.find((k) => k.query === query);
  const open = (k: KeptView) => {
    if (k.columns.length > 0) onColumns(readColumns(set, k.columns));
    onQuery(k.query);
  };
  const refused = { onError: (e: unknown) => said(text(e)) };
  /** Nobody is asked beforehand: what was dropped comes back by one key, with its columns and its sharing. */
  const dropNow = (k: KeptView) =>
    drop.mutate(k.id, {
      ...refused,
      onSuccess: () =>
        said(w.kept.dropped(k.name), () =>
          keep.mutate({ name: k.name, query: k.query, columns: k.columns, is_shared: k.is_shared }, refused),
        ),
    });
  if (!company) return <CompanyMenu text={props.about.ofCompany} onCompany={props.onCompany} />;
  return (
    <>
      <Menu position="bottom-start" shadow="md">
        <Menu.Target>
          <Button
            className="kept-open"
            size="compact-sm"
            variant="default"
            leftSection={<IconListDetails size={14} aria-hidden />}
          >
            <span className="ell" style={{ maxWidth: 180 }}>
              {now?.name ?? w.kept.title}
            </span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown className="kept-menu">
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
          {now?.is_mine && <Menu.Item onClick={() => setChanged(now)}>{w.kept.change(now.name)}</Menu.Item>}
          {now?.is_mine && <Menu.Item onClick={() => dropNow(now)}>{w.kept.drop(now.name)}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {(isKeeping || changed) && (
        <KeepDialog
          of={of}
          company={company}
          query={query}
          columns={columns}
          {...(changed ? { changed, now: kept?.items.find((k) => k.id === changed.id) } : {})}
          nameHint={props.about.nameHint}
          mayShare={kept?.may_share ?? false}
          onClose={() => {
            setKeeping(false);
            setChanged(undefined);
          }}
        />
      )}
    </>
  );
}

/** Who serves several companies is told that lists are a company's own, and chooses it here. */
function CompanyMenu({ text, onCompany }: { text: string; onCompany: (id: number) => void }) {
  const w = useWords();
  const { companies } = useMe();
  if (companies.length === 0) return null;
  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <Button
          className="kept-open"
          size="compact-sm"
          variant="default"
          leftSection={<IconListDetails size={14} aria-hidden />}
        >
          {w.kept.title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className="kept-menu">
        <Menu.Label>{text}</Menu.Label>
        {companies.map((c) => (
          <Menu.Item key={c.id} onClick={() => onCompany(c.id)}>
            {c.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

type KeepProps = {
  of: Of;
  company: number;
  query: string;
  columns: readonly string[];
  /** The list whose name or sharing is changed, as it was when this was asked; absent: a new one is kept. */
  changed?: KeptView;
  /** The same list as it is now; undefined: it was dropped meanwhile. */
  now?: KeptView | undefined;
  nameHint: string;
  mayShare: boolean;
  onClose: () => void;
};

/** What was not touched here follows the list; what was written stays, beside what the list has become. */
function KeepDialog({ of, company, query, columns, changed, now, nameHint, mayShare, onClose }: KeepProps) {
  const w = useWords();
  const keep = useKeepView(of, company);
  const change = useChangeView(of, company);
  const isPending = keep.isPending || change.isPending;
  const refusal = useRefusal(keep.error ?? change.error);
  const [written, setName] = useState<string>();
  const [ticked, setShared] = useState<boolean>();
  const known = now ?? changed;
  const name = written ?? known?.name ?? "";
  const isShared = ticked ?? known?.is_shared ?? false;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (isPending) return;
    const body = known
      ? { name, query: known.query, columns: known.columns, is_shared: isShared }
      : { name, query, columns: [...columns], is_shared: isShared };
    if (now) change.mutate({ ...body, id: now.id, version: now.version }, { onSuccess: onClose });
    else keep.mutate(body, { onSuccess: onClose });
  };
  const isOther = now !== undefined && now.version !== changed?.version;
  const isSaid = isOther && refusal.error instanceof ApiError && refusal.error.isConflict; // above, with what it has become
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span className="b">{changed ? w.kept.changing : w.kept.keeping}</span>}
      centered
    >
      <form className="col" onSubmit={submit} noValidate style={{ gap: 12 }}>
        {changed && (isOther || !now) && (
          <div role="status">
            <Note tone="plan">{now ? w.kept.meanwhile(now.name, now.is_shared) : w.kept.gone}</Note>
          </div>
        )}
        <TextInput
          label={w.kept.name}
          placeholder={nameHint}
          data-autofocus
          maxLength={60}
          value={name}
          error={refusal.at("name")}
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
        {!isSaid && <Rest of={refusal} />}
        <div className="row">
          <span className="grow" />
          <Button type="submit" loading={isPending}>
            {w.kept.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

type ColumnsProps<C extends string> = {
  set: ColumnSet<C>;
  columns: readonly C[];
  onColumns: (columns: readonly C[]) => void;
  may: (column: C) => boolean;
  names: Record<C, string>;
  density: Density;
  onDensity: (d: Density) => void;
};

/** Which columns the table has. */
export function ColumnsMenu<C extends string>(props: ColumnsProps<C>) {
  const { set, columns, onColumns, may, names, density, onDensity } = props;
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
          {set.all.filter(may).map((c) => (
            <Checkbox
              key={c}
              size="xs"
              label={names[c]}
              checked={columns.includes(c)}
              disabled={set.always.includes(c)}
              onChange={(e) =>
                onColumns(e.currentTarget.checked ? readColumns(set, [...columns, c]) : columns.filter((x) => x !== c))
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
