import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { serve, showPage } from "../../test/render";
import { callView, fakePhone } from "../softphone/fakes";
import { PhoneContext } from "../softphone/useSoftphone";
import { Banners } from "./Banners";

// F17: the machine says that nobody is heard, the person ends the call.
it("offers a polite end only while nobody is heard", async () => {
  serve({ "GET /api/v1/desk/figures": () => ({ trunks: [], engine_alive: true }) });
  const desk = fakePhone();
  desk.phone.start();
  desk.socket.open();
  const call = callView({ state: "talking" });
  desk.socket.welcome({ state: "talking", call });
  desk.socket.hear();
  showPage(
    <PhoneContext value={desk.phone}>
      <Banners />
    </PhoneContext>,
  );
  expect(screen.queryByTestId("nobody-heard")).not.toBeInTheDocument();
  desk.socket.tell({ type: "call", call: { ...call, unheard: true } });
  expect(await screen.findByTestId("nobody-heard")).toHaveTextContent("нажмите любую клавишу");
  await userEvent.click(screen.getByTestId("end-silence"));
  expect(desk.socket.hear()).toContainEqual({ type: "silence", call: call.key });
});
