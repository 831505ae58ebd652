import { Drawer, Select, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useMe } from "../../session/session";
import { useNow } from "../../time/clock";
import { dateOf } from "../../time/format";
import { OneLine, Once } from "../../ui/Once";
import { useRefusal } from "../../ui/settings";
import type { CompanyID } from "../api";
import { RightsFoot } from "../Permissions";
import { useMakeToken, type TokenMade } from "./api";
import { useWords } from "./words";

type Props = { company: CompanyID; opened: boolean; tickable: readonly string[]; onClose: () => void };

/** A token is made, then shown once; closed, it is gone from the screen. */
export function TokenDrawer({ company, opened, tickable, onClose }: Props) {
  const w = useWords();
  const [made, setMade] = useState<TokenMade | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="right"
      size={560}
      title={w.make}
      closeOnClickOutside={made === null} // what is shown once is not lost by a slip
    >
      {made ? (
        <Shown made={made} onDone={close} />
      ) : (
        <TokenEditor company={company} tickable={tickable} onMade={setMade} onCancel={close} />
      )}
    </Drawer>
  );
}

function Shown({ made, onDone }: { made: TokenMade; onDone: () => void }) {
  const w = useWords();
  const me = useMe();
  const now = useNow();
  return (
    <Once note={w.shownOnce} value={made.token} words={w} onDone={onDone}>
      <div className="quiet">{w.madeFor(made.item.name, dateOf(made.item.expires_at, me.zone, now))}</div>
      <OneLine label={w.token}>{made.token}</OneLine>
      <pre className="api-sample">{`curl -H "Authorization: Bearer ${made.token}" \\\n  ${location.origin}/api/v1/tickets`}</pre>
    </Once>
  );
}

type EditorProps = {
  company: CompanyID;
  tickable: readonly string[];
  onMade: (made: TokenMade) => void;
  onCancel: () => void;
};

/** Name, term and ticks of a token to be. */
export function TokenEditor({ company, tickable, onMade, onCancel }: EditorProps) {
  const w = useWords();
  const make = useMakeToken(company);
  const refusal = useRefusal(make.error);
  const [name, setName] = useState("");
  const [days, setDays] = useState(365);
  const [ticked, setTicked] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (!name.trim() || ticked.length === 0 || make.isPending) return;
    make.mutate({ name, days, permissions: ticked }, { onSuccess: onMade });
  };
  return (
    <form className="users-form" onSubmit={submit} noValidate>
      <TextInput
        label={w.name}
        description={w.nameHint}
        value={name}
        maxLength={60}
        data-autofocus
        error={refusal.at("name") ?? (tried && !name.trim() ? w.needField : undefined)}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <Select
        label={w.days}
        allowDeselect={false}
        data={Object.entries(w.terms).map(([value, label]) => ({ value, label }))}
        value={String(days)}
        error={refusal.at("days")}
        onChange={(v) => setDays(Number(v ?? days))}
      />
      <div>
        <div className="b s13">{w.rights}</div>
        <div className="s12 t2">{w.rightsHint}</div>
      </div>
      <RightsFoot
        all={tickable}
        ticked={ticked}
        onChange={setTicked}
        bad={refusal.at("permissions") ?? (tried && ticked.length === 0 ? w.needRights : undefined)}
        refusal={refusal}
        yes={w.make}
        isPending={make.isPending}
        onCancel={onCancel}
      />
    </form>
  );
}
