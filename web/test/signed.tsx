import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

/** Draws its children as the signed-in person sees them. Under `show` of render.tsx. */
export function Signed({ me, children }: { me: object; children: ReactNode }) {
  const client = useQueryClient();
  useState(() => client.setQueryData(["me"], me)); // before the first child asks
  return children;
}
