import { Button, Menu } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useWords } from "./words";

/** The papers of a request: they open as PDF, and are printed from there. */
export function Print({ id, h }: { id: number; h?: number }) {
  const w = useWords();
  const at = (paper: string) => `/api/v1/tickets/${id}/${paper}`;
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button size="xs" {...(h ? { h } : {})} variant="default" leftSection={<IconPrinter size={14} aria-hidden />}>
          {w.files.print}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={at("work-order")} target="_blank">
          {w.files.order}
        </Menu.Item>
        <Menu.Item component="a" href={at("act")} target="_blank">
          {w.files.act}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
