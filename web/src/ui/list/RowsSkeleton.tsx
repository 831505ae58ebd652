import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";

/** The shape of a list's table while it loads: its head, and rows of so many columns. */
export function RowsSkeleton({ head, columns }: { head: ReactNode; columns: readonly string[] }) {
  return (
    <table className="tbl one rows" aria-busy>
      {head}
      <tbody>
        {Array.from({ length: 12 }, (_, i) => (
          <tr key={i}>
            {columns.map((c, j) => (
              <td key={c}>
                <Skeleton h={12} w={`${50 + ((i * 7 + j * 13) % 40)}%`} animate={false} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
