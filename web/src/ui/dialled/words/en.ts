import type { ru } from "./ru";

export const en: typeof ru = {
  atField:
    "The program does not dial 8-800 numbers. Enter a city or mobile number, or ask whoever runs the server to allow them: D24_DIAL_ALSO=+7800.",
  saved: (phones) => `Saved, but the program does not dial ${phones}`,
};
