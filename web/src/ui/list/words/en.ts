import type { ru } from "./ru";

export const en: typeof ru = {
  columns: "Columns",
  density: { title: "Height of rows", compact: "Compact", comfortable: "Comfortable" },
  longList: "There are changes: show from the start",
  kept: {
    title: "My lists",
    none: "No kept lists yet",
    shared: "shared",
    keep: "Keep this list…",
    change: (name) => `Change the list “${name}”…`,
    keeping: "Keep the list",
    changing: "Name and sharing",
    meanwhile: (name, isShared) =>
      `The list was changed while this was open: it is now “${name}”, ${isShared ? "seen by everybody in the company" : "seen by you alone"}.`,
    gone: "The list was deleted while this was open. “Keep” makes it anew.",
    dropped: (name) => `The list “${name}” was deleted`,
    drop: (name) => `Delete the list “${name}”`,
    name: "Name",
    share: "Show to everybody in the company",
    shareMore: "Everyone sees in it what he may see",
    save: "Keep",
  },
  more: "Loading more",
  looking: "Looking further…",
};
