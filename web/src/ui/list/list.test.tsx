import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { show } from "../../../test/render";
import { live, type Change } from "../../live/live";
import { ListBody, ListEnd, ListNews } from "./ListBody";
import { usePages, type PageOf } from "./pages";
import { useLiveList } from "./useLiveList";
import { VirtualTable } from "./VirtualTable";

type R = { id: number };
const PAGE = 50;
/** 20,000 rows, the newest first, served by cursor. */
const book = { newest: 20_000 };
function page(cursor?: string): PageOf<R> {
  const from = cursor ? Number(cursor) : book.newest;
  const items = Array.from({ length: Math.min(PAGE, from) }, (_, i) => ({ id: from - i }));
  return { items, next_cursor: from > PAGE ? String(from - PAGE) : null };
}

function Screen({ fetch }: { fetch: (cursor?: string) => PageOf<R> | Promise<PageOf<R>> }) {
  const list = useLiveList(
    usePages<R>("rows", {}, "call", ({ cursor }) => Promise.resolve(fetch(cursor))),
    "{}",
    "call",
    { id: null },
  );
  return (
    <>
      <ListNews list={list} arrived={(n) => `came ${n}`} fromStart={() => undefined} />
      <ListBody list={list} failed="failed" skeleton="loading" empty="empty">
        <VirtualTable
          list={list}
          density="compact"
          head={null}
          row={(r) => (
            <tr key={r.id}>
              <td>{r.id}</td>
            </tr>
          )}
          footer={<ListEnd list={list} end={(n) => `all ${n}`} />}
        />
      </ListBody>
    </>
  );
}

const tall = { clientHeight: 600, clientWidth: 1000 };
beforeEach(() => {
  book.newest = 20_000;
  for (const [key, px] of Object.entries(tall))
    vi.spyOn(Element.prototype, key as keyof typeof tall, "get").mockReturnValue(px);
});
afterEach(() => vi.restoreAllMocks());

const drawn = () => screen.getAllByRole("row").length;
const scrollTo = (px: number) => {
  const box = document.querySelector(".live-list");
  if (!box) throw new Error("no list");
  box.scrollTop = px;
  act(() => void box.dispatchEvent(new Event("scroll")));
};

it("fetches page after page as it is scrolled, and draws only what is in sight", async () => {
  const asked = vi.fn(page);
  show(<Screen fetch={asked} />);
  expect(await screen.findByText("20000")).toBeVisible();
  expect(drawn()).toBeLessThan(60);
  for (let n = 2; n <= 6; n++) {
    scrollTo((n - 1) * PAGE * 33 - 600);
    await waitFor(() => expect(asked).toHaveBeenCalledTimes(n));
    await waitFor(() => expect(document.querySelector("table")).toHaveAttribute("aria-rowcount", String(n * PAGE)));
  }
  expect(drawn()).toBeLessThan(60);
  expect(screen.queryByText("20000")).toBeNull();
});

it("does not move under who has scrolled: what came waits for a press", async () => {
  const { client } = show(<Screen fetch={page} />);
  await screen.findByText("20000");
  scrollTo(330);
  await waitFor(() => expect(document.querySelector("table")).toHaveAttribute("aria-rowcount", String(2 * PAGE)));
  book.newest = 20_002;
  await act(() => client.invalidateQueries({ queryKey: ["rows"] }));
  const came = await screen.findByRole("button", { name: "came 2" });
  expect(document.querySelector("table")).toHaveAttribute("aria-rowcount", String(2 * PAGE - 2));
  act(() => came.click());
  await waitFor(() => expect(screen.queryByRole("button", { name: "came 2" })).toBeNull());
  expect(document.querySelector("table")).toHaveAttribute("aria-rowcount", String(2 * PAGE));
});

it("a list too long to be fetched again says that something changed", async () => {
  const heard: ((change: Change) => void)[] = [];
  vi.spyOn(live, "onChange").mockImplementation((listener) => {
    heard.push(listener);
    return () => undefined;
  });
  const asked = vi.fn(page);
  show(<Screen fetch={asked} />);
  await screen.findByText("20000");
  for (let n = 2; n <= 11; n++) {
    scrollTo((n - 1) * PAGE * 33 - 600);
    await waitFor(() => expect(asked).toHaveBeenCalledTimes(n));
    await waitFor(() => expect(document.querySelector("table")).toHaveAttribute("aria-rowcount", String(n * PAGE)));
  }
  act(() => heard.forEach((hear) => hear({ topic: "call", id: 1 })));
  expect(await screen.findByRole("button", { name: /Есть изменения/ })).toBeVisible();
});

it("goes on by itself while pages are short, says so, and does not say that there is nothing before the end", async () => {
  const answer: Record<string, PageOf<R>> = {
    "": { items: [], next_cursor: "a" },
    a: { items: [{ id: 7 }], next_cursor: "b" },
    b: { items: [{ id: 5 }], next_cursor: null },
  };
  const waits: (() => void)[] = [];
  const fetch = (cursor = "") =>
    new Promise<PageOf<R>>((done) => waits.push(() => done(answer[cursor] ?? { items: [] })));
  show(<Screen fetch={fetch} />);
  const next = async (n: number) => {
    await waitFor(() => expect(waits).toHaveLength(n));
    act(() => waits[n - 1]?.());
  };
  await next(1);
  expect(await screen.findByText("Ищем дальше…")).toBeVisible();
  expect(screen.queryByText("empty")).toBeNull();
  await next(2);
  expect(await screen.findByText("7")).toBeVisible();
  expect(screen.getByText("Ищем дальше…")).toBeVisible();
  await next(3);
  expect(await screen.findByText("5")).toBeVisible();
  expect(screen.getByText("all 2")).toBeVisible();
  expect(waits).toHaveLength(3);
});
