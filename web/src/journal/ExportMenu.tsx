import { Button, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { IconDownload } from "@tabler/icons-react";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { useStarted } from "../errands/api";
import { useMe } from "../session/session";
import { useErrorText } from "../ui/blocks";
import { useAddress } from "./address";
import { useCompanyOf } from "./api";
import type { Column } from "./columns";
import { queryOf, type JournalSearch } from "./search";
import { useWords } from "./words";

type Ask = Pick<components["schemas"]["TicketExport"], "format" | "is_detailed">;

const ASKS: readonly (Ask & { word: "xlsx" | "xlsxAll" | "csv" | "csvAll" | "pdf" })[] = [
  { word: "xlsx", format: "xlsx" },
  { word: "xlsxAll", format: "xlsx", is_detailed: true },
  { word: "csv", format: "csv" },
  { word: "csvAll", format: "csv", is_detailed: true },
  { word: "pdf", format: "pdf" },
];

type Props = {
  search: JournalSearch;
  columns: readonly Column[];
  /** Under a thumb: a sign in place of the word. */
  big?: boolean;
};

/** The list as a file: its conditions, its order, its columns. The file is made in the background. */
export function ExportMenu({ search, columns, big = false }: Props) {
  const w = useWords();
  const say = useErrorText();
  const { zone } = useMe();
  const { textOf } = useAddress();
  const company = useCompanyOf(search);
  const started = useStarted();
  const make = useMutation({
    mutationFn: (ask: Ask) => {
      const query = {
        ...queryOf(search, zone),
        ...(search.order ? { order: search.order } : {}),
        ...(company ? { company_id: company } : {}),
      };
      const body = { ...ask, columns: [...columns], query: textOf(search) };
      return take(api.POST("/api/v1/ticket-exports", { params: { query }, body }));
    },
    onSuccess: started,
    onError: (error) => notifications.show({ color: "red", message: say(error) }),
  });
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        {big ? (
          <Button h={44} px={12} variant="default" loading={make.isPending} aria-label={w.files.title}>
            <IconDownload size={20} aria-hidden />
          </Button>
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            loading={make.isPending}
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            {w.files.title}
          </Button>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        {ASKS.map(({ word, ...ask }) => (
          <Menu.Item key={word} onClick={() => make.mutate(ask)}>
            {w.files[word]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
