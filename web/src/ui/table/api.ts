/** Tables handed in: the same operations for houses and for contacts. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { components } from "../../api/schema";

export type Kind = "buildings" | "contacts";
export type ImportState = components["schemas"]["ImportState"];

const bytes = (data: ArrayBuffer) =>
  ({
    body: "", // the document calls bytes a string; the serializer puts them there
    bodySerializer: () => new Uint8Array(data),
    headers: { "Content-Type": "application/octet-stream" },
  }) as const;

type Looked = { file: File; company: number; sheet: number; header: number };

/** What the columns of a file seem to be; nothing is kept. */
export function useLook(kind: Kind) {
  return useMutation({
    mutationFn: async ({ file, company, sheet, header }: Looked) =>
      take(
        api.POST(`/api/v1/${kind}/imports/look`, {
          params: { query: { company_id: company, sheet, header } },
          ...bytes(await file.arrayBuffer()),
        }),
      ),
  });
}

export function useStart(kind: Kind) {
  return useMutation({
    mutationFn: (body: { company_id: number; file: string }) => take(api.POST(`/api/v1/${kind}/imports`, { body })),
  });
}

type Checked = { id: number; file: File; sheet: number; header: number; columns: string };

/** Gives every row its verdict; nothing real changes. */
export function useCheck(kind: Kind) {
  return useMutation({
    mutationFn: async ({ id, file, ...query }: Checked) =>
      take(
        api.PUT(`/api/v1/${kind}/imports/{id}/table`, {
          params: { path: { id }, query },
          ...bytes(await file.arrayBuffer()),
        }),
      ),
  });
}

export function useApply(kind: Kind, topics: readonly string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, onlyGood }: { id: number; onlyGood: boolean }) =>
      take(api.POST(`/api/v1/${kind}/imports/{id}/apply`, { params: { path: { id } }, body: { only_good: onlyGood } })),
    onSuccess: () => topics.forEach((t) => void client.invalidateQueries({ queryKey: [t] })),
  });
}

/** How far the server is, while it works. */
export function useProgress(kind: Kind, id: number | undefined, works: boolean) {
  return useQuery({
    queryKey: ["import", kind, id],
    queryFn: () => take(api.GET(`/api/v1/${kind}/imports/{id}`, { params: { path: { id: id ?? 0 } } })),
    enabled: works && id !== undefined,
    refetchInterval: works ? 700 : false,
  });
}
