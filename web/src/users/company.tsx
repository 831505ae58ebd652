import { Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMe } from "../session/session";
import type { CompanyID } from "./api";
import { useWords } from "./words";

/** Which company a page is about: a company's user has his own; our people choose one, and the URL keeps it. */
export function ForCompany({ children }: { children: (company: CompanyID, picker: ReactNode) => ReactNode }) {
  const w = useWords();
  const me = useMe();
  const search: { company?: number } = useSearch({ strict: false });
  const navigate = useNavigate();
  if (me.company) return children(undefined, null);
  const picker = (
    <Select
      label={w.company}
      placeholder={w.chooseCompany}
      searchable
      maw={360}
      data={me.companies.map((c) => ({ value: String(c.id), label: c.name }))}
      value={search.company ? String(search.company) : null}
      onChange={(v) => void navigate({ to: ".", search: v ? { company: Number(v) } : {} })}
    />
  );
  if (!search.company) return <div className="set">{picker}</div>;
  return children(search.company, picker);
}
