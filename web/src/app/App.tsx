import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { whenSessionEnds } from "../api/client";
import { keepLang, keptLang, LangContext, type Lang } from "../i18n/i18n";
import { meQuery } from "../session/session";
import { resolver, theme } from "../theme";
import { SetLang } from "./lang";
import type { newRouter } from "./router";

/** All providers in their order, and the router. */
export function App({ client, router }: { client: QueryClient; router: ReturnType<typeof newRouter> }) {
  const [lang, setLang] = useState<Lang>(keptLang);
  useEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);
  useEffect(() => {
    whenSessionEnds(() => {
      const back = router.state.location.href;
      const away = back.startsWith("/login") ? Promise.resolve() : router.navigate({ to: "/login", search: { back } });
      // Afterwards: the screens that are left stand on the person.
      void away.then(() => client.setQueryData(meQuery.queryKey, null));
    });
  }, [client, router]);
  return (
    <LangContext value={lang}>
      <SetLang
        value={(next) => {
          keepLang(next);
          setLang(next);
        }}
      >
        <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="light">
          <QueryClientProvider client={client}>
            <Notifications position="bottom-right" autoClose={5000} />
            <RouterProvider router={router} />
          </QueryClientProvider>
        </MantineProvider>
      </SetLang>
    </LangContext>
  );
}
