/** The API's own document, read for people. */
import { useQuery } from "@tanstack/react-query";

type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
};
type Media = Record<string, { schema?: Schema } | undefined>;
type Operation = {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content?: Media };
  responses?: Record<string, { content?: Media } | undefined>;
  "x-permission"?: string;
};
export type ApiDocument = {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

/** A field of a question or of an answer. */
export type Field = { name: string; type: string; required: boolean; about: string };
/** An operation as a person reads it. */
export type Described = {
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  about: string;
  permission: string;
  query: Field[];
  body: Field[];
  answer: Field[];
};

const nameOf = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);

function typeOf(s: Schema | undefined): string {
  if (!s) return "";
  if (s.$ref) return nameOf(s.$ref);
  if (s.enum) return s.enum.map((v) => JSON.stringify(v)).join(" | ");
  if (s.items) return `${typeOf(s.items)}[]`;
  const type = [s.type ?? "object"].flat().join(" | ");
  return s.format ? `${type} (${s.format})` : type;
}

/** The fields of a JSON body; of a list of things, of one of them. */
function fieldsOf(doc: ApiDocument, media: Media | undefined): Field[] {
  let s = media?.["application/json"]?.schema;
  for (let i = 0; i < 3 && s?.$ref; i++) s = doc.components?.schemas?.[nameOf(s.$ref)];
  const required = s?.required ?? [];
  return Object.entries(s?.properties ?? {}).map(([name, p]) => ({
    name,
    type: typeOf(p),
    required: required.includes(name),
    about: p.description ?? "",
  }));
}

/** What a program with a token may ask, by path. */
export function describe(doc: ApiDocument): Described[] {
  const out: Described[] = [];
  for (const [path, methods] of Object.entries(doc.paths))
    for (const [method, op] of Object.entries(methods)) {
      if (!op.security?.some((s) => "token" in s)) continue;
      const good = Object.entries(op.responses ?? {}).find(([code]) => code.startsWith("2"))?.[1];
      out.push({
        id: op.operationId,
        method: method.toUpperCase(),
        path,
        tag: op.tags?.[0] ?? "",
        summary: op.summary ?? "",
        about: op.description ?? "",
        permission: op["x-permission"] ?? "",
        query: (op.parameters ?? [])
          .filter((p) => p.in !== "header")
          .map((p) => ({
            name: p.name,
            type: typeOf(p.schema),
            required: p.required ?? false,
            about: p.description ?? "",
          })),
        body: fieldsOf(doc, op.requestBody?.content),
        answer: fieldsOf(doc, good?.content),
      });
    }
  return out.sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
}

/** Those of which every word asked for is somewhere. */
export function found(all: readonly Described[], q: string): Described[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((o) => {
    const text = `${o.method} ${o.path} ${o.summary} ${o.tag} ${o.permission} ${o.id}`.toLowerCase();
    return words.every((x) => text.includes(x));
  });
}

export const documentAt = "/api/openapi.json";

export const useDocument = () =>
  useQuery({
    queryKey: ["openapi"],
    staleTime: Infinity,
    queryFn: async () => {
      const answer = await fetch(documentAt);
      if (!answer.ok) throw new Error(String(answer.status));
      return describe((await answer.json()) as ApiDocument); // our own document
    },
  });
