import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { LangContext, type Lang } from "../src/i18n/i18n";
import { theme } from "../src/theme";

/** Renders under the providers of the program, without the router. */
export function show(children: ReactNode, lang: Lang = "ru") {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return {
    client,
    ...render(
      <LangContext value={lang}>
        <MantineProvider theme={theme} env="test">
          <QueryClientProvider client={client}>{children}</QueryClientProvider>
        </MantineProvider>
      </LangContext>,
    ),
  };
}

type Handler = (url: URL, request: Request) => unknown;

/** A server in memory: "GET /api/v1/me" → body, or a Response. An operation that is not named answers 404. */
export function serve(handlers: Record<string, Handler>) {
  const asked: { key: string; url: URL; request: Request }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const key = `${request.method} ${url.pathname}`;
    asked.push({ key, url, request: request.clone() });
    const body = handlers[key] ? await handlers[key](url, request) : problem(404, "not_found", "");
    if (body instanceof Response) return body;
    return new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } });
  });
  return asked;
}

export function problem(
  status: number,
  code: string,
  detail: string,
  errors: { location: string; message: string }[] = [],
) {
  return new Response(JSON.stringify({ status, code, detail, errors }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });
}
