import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import type { Me } from "../src/api/types";
import { LangContext, type Lang } from "../src/i18n/i18n";
import { theme } from "../src/theme";
import { meOf } from "./fixtures";

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

/** Renders as a screen: a person is signed in, links and messages work; any other address shows nothing. */
export function showPage(children: ReactNode, me: Me = meOf("admin"), at = "/") {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/", component: () => children });
  const rest = createRoute({ getParentRoute: () => root, path: "$", component: () => null });
  const history = createMemoryHistory({ initialEntries: [at] });
  const router = createRouter({ routeTree: root.addChildren([page, rest]), history });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  client.setQueryData(["me"], me);
  const shown = render(
    <LangContext value="ru">
      <MantineProvider theme={theme} env="test">
        <Notifications />
        <QueryClientProvider client={client}>
          <RouterProvider router={router as never} />
        </QueryClientProvider>
      </MantineProvider>
    </LangContext>,
  );
  return { client, history, ...shown };
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
