import { Button, Modal, MultiSelect, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Empty } from "../ui/blocks";
import { Refused, Rest, useRefusal, useSaid } from "../ui/settings";
import { useDropGroup, useGroups, useHouses, useSaveGroup, type Group } from "./api";
import { useWords } from "./words";

/** Groups of houses: any number, a house may be in several. */
export function GroupsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const w = useWords();
  return (
    <Modal opened={opened} onClose={onClose} title={w.groups} size="lg">
      <Groups />
    </Modal>
  );
}

function Groups() {
  const w = useWords();
  const groups = useGroups();
  const [edited, setEdited] = useState<Group | "new" | null>(null);
  const items = groups.data?.items ?? [];
  if (edited) return <GroupForm group={edited === "new" ? undefined : edited} onDone={() => setEdited(null)} />;
  return (
    <div className="col">
      {groups.data && items.length === 0 && <Empty title={w.groupForm.empty}>{w.groupForm.emptyMore}</Empty>}
      {items.map((g) => (
        <button key={g.id} type="button" className="linkish row" onClick={() => setEdited(g)}>
          <b>{g.name}</b> <span className="quiet num">{w.groupForm.count(g.buildings.length)}</span>
        </button>
      ))}
      <div className="row">
        <Button className="btn-primary" onClick={() => setEdited("new")}>
          {w.groupForm.add}
        </Button>
      </div>
    </div>
  );
}

function GroupForm({ group, onDone }: { group: Group | undefined; onDone: () => void }) {
  const w = useWords();
  const said = useSaid();
  const houses = useHouses({});
  const save = useSaveGroup();
  const drop = useDropGroup();
  const refusal = useRefusal(save.error);
  const [name, setName] = useState(group?.name ?? "");
  const [note, setNote] = useState(group?.note ?? "");
  const [ids, setIds] = useState<string[]>((group?.buildings ?? []).map(String));
  const [asked, setAsked] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (save.isPending) return;
    save.mutate(
      { group, name, note, buildings: ids.map(Number) },
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
        label={w.groupForm.name}
        value={name}
        error={refusal.at("name")}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <TextInput
        label={w.groupForm.note}
        value={note}
        error={refusal.at("note")}
        onChange={(e) => setNote(e.currentTarget.value)}
      />
      <MultiSelect
        label={w.groupForm.houses}
        searchable
        limit={100}
        data={(houses.data?.items ?? []).map((b) => ({ value: String(b.id), label: b.address }))}
        value={ids}
        error={refusal.at("buildings")}
        onChange={setIds}
      />
      <Rest of={refusal} />
      <Refused error={drop.error} />
      {group && asked && <div role="alert">{w.groupForm.sure(group.name)}</div>}
      <div className="row wrap">
        <Button type="submit" className="btn-primary" loading={save.isPending}>
          {w.groupForm.save}
        </Button>
        <Button variant="default" onClick={onDone}>
          {w.cancel}
        </Button>
        {group && (
          <Button
            variant={asked ? "outline" : "subtle"}
            color="red"
            onClick={() => (asked ? drop.mutate(group, { onSuccess: onDone }) : setAsked(true))}
          >
            {w.groupForm.del}
          </Button>
        )}
      </div>
    </form>
  );
}
