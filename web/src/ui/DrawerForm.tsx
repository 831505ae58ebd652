import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { FormEvent, ReactNode } from "react";
import { ApiError } from "../api/client";
import { Rest, type Refusal } from "./settings";

type Props = {
  /** Sends the form; not while it is being sent. */
  onSend: () => void;
  isPending: boolean;
  refusal: Refusal;
  save: string;
  children: ReactNode;
};

/** A form in a drawer: its fields one under another, what of a refusal has no field, save. */
export function DrawerForm({ onSend, isPending, refusal, save, children }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isPending) onSend();
  };
  return (
    <form className="col" onSubmit={submit} noValidate style={{ gap: 12 }}>
      {children}
      <Rest of={refusal} whole={refusal.error instanceof ApiError && refusal.error.isConflict} />
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button type="submit" className="btn-primary" loading={isPending}>
          {save}
        </Button>
      </div>
    </form>
  );
}

/** One more line of a list in a form. */
export function More({ label, disabled, onClick }: { label: string; disabled: boolean; onClick: () => void }) {
  return (
    <div>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={14} />}
        disabled={disabled}
        onClick={onClick}
      >
        {label}
      </Button>
    </div>
  );
}
