import { Button, Modal, Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "../api/client";
import { Refused } from "../ui/settings";
import { useWords as useShared } from "../ui/words";
import { useBindCaller } from "./api";
import { useWords } from "./words";

/** A number that is not known calls, and it is an employee: after a check it goes into his card. */
export function BindCaller({ callKey, company }: { callKey: string; company: number }) {
  const w = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="linkish s12" data-testid="bind-caller" onClick={() => setOpen(true)}>
        {w.employee}
      </button>
      <Modal opened={open} onClose={() => setOpen(false)} title={w.employee}>
        {open && <Pick callKey={callKey} company={company} onDone={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Pick({ callKey, company, onDone }: { callKey: string; company: number; onDone: () => void }) {
  const w = useWords();
  const s = useShared();
  const bind = useBindCaller(callKey);
  const [member, setMember] = useState<string | null>(null);
  const staff = useQuery({
    queryKey: ["desk", "staff", company],
    queryFn: () => take(api.GET("/api/v1/staff", { params: { query: { company_id: company } } })),
  });
  return (
    <form
      className="col"
      onSubmit={(e) => {
        e.preventDefault();
        const done = () => {
          notifications.show({ message: w.employeeDone });
          onDone();
        };
        bind.mutate(Number(member), { onSuccess: done });
      }}
    >
      <div className="quiet">{w.employeeAbout}</div>
      <Select
        data-autofocus
        label={w.employeePick}
        placeholder={w.employeeHint}
        searchable
        data={(staff.data?.items ?? []).map((m) => ({
          value: String(m.member_id),
          label: [m.name, m.position].filter(Boolean).join(", "),
        }))}
        value={member}
        onChange={setMember}
      />
      <Refused error={bind.error ?? staff.error} />
      <div className="row">
        <Button type="submit" className="btn-primary" loading={bind.isPending} disabled={!member}>
          {w.employeeYes}
        </Button>
        <Button variant="default" onClick={onDone}>
          {s.cancel}
        </Button>
      </div>
    </form>
  );
}
