import { ActionIcon, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { More } from "../../ui/DrawerForm";
import { phoneOf } from "../../time/format";
import { useUndialled } from "../../ui/dialled/useUndialled";
import { noPhone, type Phone } from "./api";
import { useWords } from "./words";

type Props = {
  title: string;
  phones: readonly Phone[];
  at: (field: string) => string | undefined;
  onChange: (phones: Phone[]) => void;
};

/** Numbers with who answers and when. */
export function Phones({ title, phones, at, onChange }: Props) {
  const w = useWords();
  const undialled = useUndialled();
  const put = (i: number, part: Partial<Phone>) => onChange(phones.map((p, n) => (n === i ? { ...p, ...part } : p)));
  return (
    <section className="col">
      <h3 className="sect">{title}</h3>
      {at("phones") && (
        <div className="field-error" role="alert">
          {at("phones")}
        </div>
      )}
      {phones.map((p, i) => (
        <div className="sup-phone" key={i}>
          <TextInput
            label={w.phone(i + 1)}
            type="tel"
            maxLength={40}
            value={p.phone.startsWith("+7") ? phoneOf(p.phone) : p.phone}
            error={at(`phones[${i}].phone`)}
            description={undialled.at(p.phone)}
            inputWrapperOrder={["label", "input", "description", "error"]}
            onChange={(e) => put(i, { phone: e.currentTarget.value })}
          />
          <TextInput
            aria-label={w.phoneNote(i + 1)}
            placeholder={w.noteHint}
            maxLength={60}
            value={p.note}
            error={at(`phones[${i}].note`)}
            onChange={(e) => put(i, { note: e.currentTarget.value })}
          />
          <TextInput
            aria-label={w.phoneHours(i + 1)}
            placeholder={w.hoursHint}
            maxLength={60}
            value={p.hours}
            error={at(`phones[${i}].hours`)}
            onChange={(e) => put(i, { hours: e.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={w.removePhone(i + 1)}
            onClick={() => onChange(phones.filter((_, n) => n !== i))}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      <More label={w.addPhone} disabled={phones.length >= 10} onClick={() => onChange([...phones, noPhone])} />
    </section>
  );
}
