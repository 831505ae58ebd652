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
    changing: "Name and sharing",
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
