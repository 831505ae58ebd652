import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { meOf } from "../../test/fixtures";
import { problem, serve, showPage } from "../../test/render";
import { WishForm } from "./NotificationsPage";

const mine = {
  wishes: { kinds: ["mine", "emergency"], quiet_from: 1320, quiet_to: 420, breaks: true, version: 4 },
  devices: [],
  kinds: ["mine", "emergency", "comment"],
  public_key: "k",
} as never;

it("sends what is wished with its version, and says when another screen was first", async () => {
  let late = true;
  const asked = serve({
    "PUT /api/v1/me/notifications": () =>
      late
        ? problem(409, "notify.changed", "Настройки уже изменены на другом экране.")
        : { kinds: ["mine", "comment"], quiet_from: 1320, quiet_to: 420, breaks: true, version: 5 },
  });
  const user = userEvent.setup();
  showPage(<WishForm mine={mine} />, meOf("admin"));
  await user.click(await screen.findByRole("checkbox", { name: "Аварийная, которую я вижу" }));
  await user.click(screen.getByRole("checkbox", { name: "Комментарий к моей заявке" }));
  expect(screen.getByLabelText("С")).toHaveValue("22:00");
  await user.click(screen.getByRole("button", { name: "Сохранить" }));
  expect(await screen.findByText("Настройки уже изменены на другом экране.")).toBeInTheDocument();
  late = false;
  await user.click(screen.getByRole("button", { name: "Сохранить" }));
  expect(await screen.findByText("Уведомления настроены")).toBeInTheDocument();
  const sent = (await asked.at(-1)!.request.json()) as unknown;
  expect(sent).toEqual({ kinds: ["mine", "comment"], quiet_from: 1320, quiet_to: 420, breaks: true, version: 4 });
});
