import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { problem, serve, showPage } from "../../test/render";
import { meOf } from "../../test/fixtures";
import { FactorBanner } from "./FactorBanner";
import { FactorReset } from "./FactorPanel";
import { useFactor, type FactorReset as Reset } from "./api";

const boss = meOf("admin");
const waits = {
  asked_by: "Ершов А. П.",
  asked_at: "2026-11-26T07:00:00Z",
  expires_at: "2026-11-27T07:00:00Z",
  by_me: false,
};

function OfUser({ reset }: { reset: Reset }) {
  const act = useFactor(undefined, 7);
  return <FactorReset name="Гусев П. Н." hasFactor isMe={false} reset={reset} act={act} />;
}

describe("a lost second factor", () => {
  it("is asked for by one, who sees that another has to confirm", async () => {
    const asked = serve({ "POST /api/v1/users/7/second-factor/ask": () => ({ id: 7 }) });
    const user = userEvent.setup();
    showPage(<OfUser reset={null} />, boss as never);
    await user.click(await screen.findByRole("button", { name: "Попросить сброс" }));
    expect(await screen.findByText("Просьба записана. Подтвердить должен другой администратор.")).toBeInTheDocument();
    expect(asked.map((a) => a.key)).toContain("POST /api/v1/users/7/second-factor/ask");
  });

  it("cannot be confirmed by who asked", async () => {
    serve({});
    showPage(<OfUser reset={{ ...waits, by_me: true }} />, boss as never);
    expect(await screen.findByRole("button", { name: "Отменить просьбу" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Сбросить второй фактор" })).not.toBeInTheDocument();
  });

  it("is confirmed by another after a question, and a refusal is said there", async () => {
    serve({
      "POST /api/v1/users/7/second-factor/confirm": () =>
        problem(409, "factor.elsewhere", "Человек входит и в другие компании."),
    });
    const user = userEvent.setup();
    showPage(<OfUser reset={waits} />, boss as never);
    expect(await screen.findByText(/Ершов А. П. просит сброс/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Сбросить второй фактор" }));
    const dialog = await screen.findByRole("dialog");
    await user.click([...dialog.querySelectorAll("button")].find((b) => b.textContent === "Сбросить второй фактор")!);
    expect(await screen.findByText(/Человек входит и в другие компании/)).toBeInTheDocument();
  });

  it("is told to the person on every screen, who may refuse", async () => {
    let state = "asked";
    const asked = serve({
      "GET /api/v1/me/second-factor": () => ({ state, by: "Ершов А. П.", done_by: "", at: "2026-11-26T07:00:00Z" }),
      "POST /api/v1/me/second-factor/refuse": () => {
        state = "none";
        return {};
      },
    });
    const user = userEvent.setup();
    showPage(<FactorBanner />, boss as never);
    await user.click(await screen.findByRole("button", { name: "Я не просил" }));
    expect(asked.map((a) => a.key)).toContain("POST /api/v1/me/second-factor/refuse");
    await expect.poll(() => screen.queryByRole("status")).toBeNull();
  });
});
