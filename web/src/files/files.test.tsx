import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serve, showPage } from "../../test/render";
import type { FileRow } from "./api";
import { FilesPanel } from "./FilesPanel";

/** A server that takes files one at a time, when the test says so. */
class Way {
  static all: Way[] = [];
  upload: { onprogress?: (e: { lengthComputable: boolean; loaded: number; total: number }) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  url = "";
  status = 0;
  responseText = "";
  open(_method: string, url: string) {
    this.url = url;
  }
  setRequestHeader() {
    return undefined;
  }
  send() {
    Way.all.push(this);
  }
  answer(status: number, body: unknown) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload?.();
  }
}

const row = (id: number, more: Partial<FileRow> = {}): FileRow => ({
  id,
  name: `фото ${id}.jpg`,
  caption: "",
  kind: "image/jpeg",
  bytes: 2_500_000,
  width: 4000,
  height: 3000,
  is_picture: true,
  has_thumb: true,
  by: "Гусев П. Н.",
  created_at: "2026-11-24T07:00:00Z",
  can_change: true,
  is_deleted: false,
  version: 1,
  ...more,
});

let items: FileRow[] = [];
let canAdd = true;
const list = () => ({ items, can_add: canAdd, max_bytes: 1000 });

beforeEach(() => {
  Way.all = [];
  items = [];
  canAdd = true;
  vi.stubGlobal("XMLHttpRequest", Way);
});
afterEach(() => vi.unstubAllGlobals());

const photo = (name: string, size = 10) => new File(["x".repeat(size)], name, { type: "image/jpeg", lastModified: 1 });
const choose = async (...files: File[]) =>
  fireEvent.change(await screen.findByLabelText("Добавить"), { target: { files } });

test("who may add is told what may be added; who may not sees no button", async () => {
  serve({ "GET /api/v1/building-files": list });
  const { unmount } = showPage(<FilesPanel subject="building" of={7} zone="Asia/Yekaterinburg" />);
  expect(await screen.findByText(/до 25 МБ/)).toBeTruthy();
  unmount();
  canAdd = false;
  showPage(<FilesPanel subject="building" of={7} zone="Asia/Yekaterinburg" />);
  expect(await screen.findByText("Файлов ещё нет")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Добавить" })).toBeNull();
});

test("files go one after another, each says how far it is, and a refusal stands at its row", async () => {
  serve({ "GET /api/v1/ticket-files": list });
  showPage(<FilesPanel subject="ticket" of={7} zone="Asia/Yekaterinburg" />);
  await choose(photo("a.jpg"), photo("a.jpg"), photo("b.jpg"), photo("большой.jpg", 2000));
  expect(Way.all).toHaveLength(1); // chosen twice it is one; the second waits; the large one is not sent at all
  expect(screen.getAllByText("a.jpg")).toHaveLength(1);
  expect(screen.getByRole("alert").textContent).toMatch(/^большой\.jpgФайл больше/);
  expect(Way.all[0]?.url).toBe("/api/v1/ticket-files?of=7&name=a.jpg");
  act(() => Way.all[0]?.upload.onprogress?.({ lengthComputable: true, loaded: 3, total: 10 }));
  expect(screen.getByText("30 %")).toBeTruthy();
  items = [row(1)];
  act(() => Way.all[0]?.answer(200, row(1)));
  await waitFor(() => expect(Way.all).toHaveLength(2));
  expect(await screen.findByAltText("фото 1.jpg")).toBeTruthy();
  act(() => Way.all[1]?.answer(422, { status: 422, code: "file.kind", detail: "Это не фото." }));
  expect(await screen.findByText("Это не фото.")).toBeTruthy();
  expect(screen.queryByText("Повторить")).toBeNull(); // it would be refused again
});

test("a broken way can be tried again", async () => {
  serve({ "GET /api/v1/ticket-files": list });
  showPage(<FilesPanel subject="ticket" of={7} zone="Asia/Yekaterinburg" />);
  await choose(photo("a.jpg"));
  act(() => Way.all[0]?.onerror?.());
  fireEvent.click(await screen.findByText("Повторить"));
  await waitFor(() => expect(Way.all).toHaveLength(2));
});

test("a name is never markup, and a document is only saved", async () => {
  const name = "<img src=x onerror=alert(1)>.pdf";
  items = [row(3, { name, kind: "application/pdf", is_picture: false, has_thumb: false, width: 0, height: 0 })];
  serve({ "GET /api/v1/building-files": list });
  const { container } = showPage(<FilesPanel subject="building" of={7} zone="Asia/Yekaterinburg" />);
  const link = await screen.findByText(name);
  expect(link.getAttribute("href")).toBe("/api/v1/building-files/3");
  expect(link.hasAttribute("download")).toBe(true);
  expect(container.querySelector("img")).toBeNull();
});
