import { Button, MultiSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { languageName, useWords as useQueueWords } from "../queue/words";
import { may, useMe } from "../session/session";
import { phoneOf } from "../time/format";
import { Panel } from "../ui/blocks";
import { Rest, useRefusal, useSaid } from "../ui/settings";
import { useChoices, useSetDesk, type CompanyID, type UserCard } from "./api";
import { useWords } from "./words";

type FieldProps = { value: string; disabled?: boolean; error: string | undefined; onChange: (v: string) => void };

/** A person's own mobile telephone, for a day without ours. */
export function PhoneField({ value, disabled = false, error, onChange }: FieldProps) {
  const w = useWords();
  return (
    <TextInput
      type="tel"
      label={w.ownPhone}
      description={w.ownPhoneHint}
      value={value}
      maxLength={40}
      disabled={disabled}
      error={error}
      onChange={(e) => onChange(e.currentTarget.value)}
    />
  );
}

/** What a company says of its own operator: his telephone and what he speaks. */
export function DeskPanel({ company, user: u }: { company: CompanyID; user: UserCard }) {
  const w = useWords();
  const names = useQueueWords();
  const me = useMe();
  const said = useSaid();
  const choices = useChoices(company);
  const save = useSetDesk(company, u.id);
  const refusal = useRefusal(save.error);
  const [phone, setPhone] = useState(u.phone && phoneOf(u.phone));
  const [languages, setLanguages] = useState(u.languages);
  if (!choices.data) return null;
  const writes = may(me, "user.write");
  return (
    <Panel title={w.desk}>
      <form
        className="users-form"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate({ phone, languages }, { onSuccess: () => said(w.saved(u.name)) });
        }}
      >
        <PhoneField value={phone} disabled={!writes} error={refusal.at("phone")} onChange={setPhone} />
        <MultiSelect
          label={w.languages}
          description={w.languagesHint}
          searchable
          clearable
          disabled={!writes}
          data={choices.data.languages.map((l) => ({ value: l, label: languageName(names, l) }))}
          value={languages}
          error={refusal.at("languages")}
          onChange={setLanguages}
        />
        <Rest of={refusal} />
        {writes && (
          <div>
            <Button type="submit" variant="default" loading={save.isPending}>
              {w.save}
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}
