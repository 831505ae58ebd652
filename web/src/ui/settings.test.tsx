import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { show, showPage } from "../../test/render";
import { ApiError } from "../api/client";
import { Rest, useRefusal, useSaid, type Refusal } from "./settings";

const refused = (...errors: [string, string][]) =>
  new ApiError({
    status: 422,
    code: "invalid",
    detail: "Не сохранено.",
    errors: errors.map(([location, message]) => ({ location: `body.${location}`, message })),
  } as ConstructorParameters<typeof ApiError>[0]);

function Part({ at }: { at: Refusal["at"] }) {
  return <i>{at("street")}</i>;
}

function Form({ error }: { error: unknown }) {
  const refusal = useRefusal(error);
  return (
    <>
      <Rest of={refusal} />
      <b>{refusal.at("name")}</b>
      <Part at={refusal.at} />
    </>
  );
}

describe("what the server refused", () => {
  it("stands at its fields and is not said twice", () => {
    show(<Form error={refused(["name", "нужно имя"], ["street", "нужна улица"])} />);
    expect(screen.getByText("нужно имя")).toBeVisible();
    expect(screen.getByText("нужна улица")).toBeVisible();
    expect(screen.queryByRole("alert")).toBeNull();
  });
  it("is said in words when its field is not on the screen, though another one is", () => {
    show(<Form error={refused(["name", "нужно имя"], ["city_id", "выберите город"])} />);
    expect(screen.getByText("нужно имя")).toBeVisible();
    expect(screen.getByRole("alert")).toHaveTextContent("Не сохранено. выберите город");
  });
  it("is said whole when it names no field", () => {
    show(<Form error={refused()} />);
    expect(screen.getByRole("alert")).toHaveTextContent("Не сохранено.");
  });
  it("is silent when nothing is refused", () => {
    show(<Form error={null} />);
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

function Deeds({ undone }: { undone: string[] }) {
  const said = useSaid();
  return (
    <>
      {["первое", "второе"].map((deed) => (
        <button key={deed} onClick={() => said(`Сделано ${deed}`, () => undone.push(deed))}>
          {deed}
        </button>
      ))}
      <input aria-label="поле" />
    </>
  );
}

describe("the way back", () => {
  it("is one key, the last deed first; the key belongs to a field while it is written in", async () => {
    const undone: string[] = [];
    showPage(<Deeds undone={undone} />);
    const user = userEvent.setup();
    await user.click(await screen.findByText("первое"));
    await user.click(screen.getByText("второе"));
    expect(await screen.findAllByText("Вернуть как было")).toHaveLength(2);
    await user.click(screen.getByLabelText("поле"));
    await user.keyboard("{Control>}z{/Control}");
    expect(undone).toEqual([]);
    await user.tab();
    await user.keyboard("{Control>}z{/Control}");
    expect(undone).toEqual(["второе"]);
    await waitFor(() => expect(screen.getAllByText("Вернуть как было")).toHaveLength(1));
    await user.keyboard("{Control>}z{/Control}");
    expect(undone).toEqual(["второе", "первое"]);
  });
});
