import type { Body } from "./api";

/** What a tab of the editor is given. */
export type PartProps = {
  draft: Body;
  set: (part: Partial<Body>) => void;
  /** The server's message at a field: "questions[0].text". */
  at: (field: string) => string | undefined;
};
