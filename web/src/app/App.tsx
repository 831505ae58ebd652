import { MantineProvider, mergeThemeOverrides } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { whenSessionEnds } from "../api/client";
import { keepLang, keptLang, LangContext, type Lang } from "../i18n/i18n";
import { forgetKept } from "../offline/keep";
import { meQuery } from "../session/session";
import { resolver, theme } from "../theme";
import { useWords } from "../ui/words";
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
      void forgetKept(); // what waits to be sent stays: it goes when he is back
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
        <Themed>
          <QueryClientProvider client={client}>
            <Notifications position="bottom-right" autoClose={5000} />
            <RouterProvider router={router} />
          </QueryClientProvider>
        </Themed>
      </SetLang>
    </LangContext>
  );
}

/** The theme, with names for the signs that Mantine draws without words. */
function Themed({ children }: { children: ReactNode }) {
  const { close, showPassword } = useWords();
  const named = useMemo(
    () =>
      mergeThemeOverrides(theme, {
        components: {
          CloseButton: { defaultProps: { "aria-label": close } },
          PasswordInput: {
            defaultProps: {
              visibilityToggleButtonProps: { "aria-label": showPassword, "aria-hidden": false, tabIndex: 0 },
            },
          },
        },
      }),
    [close, showPassword],
  );
  return (
    <MantineProvider theme={named} cssVariablesResolver={resolver} defaultColorScheme="light">
      {children}
    </MantineProvider>
  );
}
