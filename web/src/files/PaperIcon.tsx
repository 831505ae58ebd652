import { IconFileTypeDocx, IconFileTypePdf, IconFileTypeXls } from "@tabler/icons-react";

/** The sign of a document by its media type. */
export function PaperIcon({ kind, size }: { kind: string; size: number }) {
  const Icon = kind.endsWith("/pdf") ? IconFileTypePdf : kind.includes("sheet") ? IconFileTypeXls : IconFileTypeDocx;
  return <Icon size={size} stroke={1.4} aria-hidden style={{ flex: "none" }} />;
}
