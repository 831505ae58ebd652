import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { ScheduleMonth } from "./api";
import { Grid } from "./Grid";

const names = ["Гусев П. Н.", "Орлов Д. С."];
const days = Array.from({ length: 5 }, (_, i) => `2026-11-0${i + 1}`);
const month: ScheduleMonth = {
  warnings: [],
  running: 0,
  month: "2026-11",
  today: "2026-11-02",
  days: days.map((day) => ({ day, kind: "workday", note: "", provisional: false, own: false })),
  rows: names.map((name, i) => ({
    member_id: i + 1,
    name,
    position: "сантехник",
    schedule: "2/2",
    trade: "сантехника",
    is_contractor: false,
    switched_on: true,
    leaves: [],
    cells: days.map(() => ({
      code: "day",
      hours: [{ from: 480, to: 1200 }],
      own: false,
      leave: false,
      stands_for: [],
    })),
  })),
  totals: [{ work_type_id: 3, work_type: "сантехника", counts: [2, 2, 0, 2, 2], candidates: [[], [], [2], [], []] }],
};

function show(canEdit = true) {
  const hears = {
    onWrite: vi.fn(),
    onNothing: vi.fn(),
    onUndo: vi.fn(),
    onPerson: vi.fn(),
    onGap: vi.fn(),
    onDay: vi.fn(),
  };
  render(
    <MantineProvider>
      <Grid month={month} from={0} to={4} canEdit={canEdit} {...hears} />
    </MantineProvider>,
  );
  return hears;
}

const cell = (name: string, day: string) => screen.getByRole("gridcell", { name: new RegExp(`^${name}.*, ${day}:`) });

it("begins at today, goes by arrows, and one cell only is in the order of Tab", () => {
  show();
  expect(cell("Гусев", "02.11")).toHaveAttribute("tabindex", "0");
  fireEvent.keyDown(cell("Гусев", "02.11"), { code: "ArrowRight", key: "ArrowRight" });
  fireEvent.keyDown(cell("Гусев", "03.11"), { code: "ArrowDown", key: "ArrowDown" });
  expect(cell("Орлов", "03.11")).toHaveFocus();
  expect(screen.getAllByRole("gridcell").filter((c) => c.tabIndex === 0)).toHaveLength(1);
});

it("writes a marked range with one letter", () => {
  const { onWrite } = show();
  fireEvent.keyDown(cell("Гусев", "02.11"), { code: "ArrowRight", key: "ArrowRight", shiftKey: true });
  fireEvent.keyDown(cell("Гусев", "03.11"), { code: "ArrowDown", key: "ArrowDown", shiftKey: true });
  expect(screen.getAllByRole("gridcell", { selected: true })).toHaveLength(4);
  fireEvent.keyDown(cell("Орлов", "03.11"), { code: "KeyY", key: "н" });
  expect(onWrite).toHaveBeenCalledOnce();
  expect(onWrite.mock.calls[0]?.[0]).toHaveLength(4);
  expect(onWrite.mock.calls[0]?.[0]).toContainEqual({ member_id: 2, day: "2026-11-03", code: "night" });
});

it("takes back, opens a person, and fills a day with nobody", () => {
  const { onUndo, onPerson, onGap } = show();
  fireEvent.keyDown(cell("Гусев", "02.11"), { code: "KeyZ", key: "я", ctrlKey: true });
  expect(onUndo).toHaveBeenCalledOnce();
  fireEvent.click(screen.getByRole("button", { name: "Орлов Д. С." }));
  expect(onPerson).toHaveBeenCalledWith(2);
  fireEvent.click(screen.getByRole("button", { name: /03\.11 некому работать/ }));
  expect(onGap).toHaveBeenCalledWith(2, 3);
});

it("writes nothing for who may only look", () => {
  const { onWrite } = show(false);
  fireEvent.keyDown(cell("Гусев", "02.11"), { code: "KeyL", key: "д" });
  expect(onWrite).not.toHaveBeenCalled();
});
