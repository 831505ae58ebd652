import { useWords } from "./words";

/** "UTC+5", "UTC+5:30": how far a zone is ahead of UTC at the moment (ms). */
export function offsetOf(zone: string, at: number): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(at);
  return (parts.find((p) => p.type === "timeZoneName")?.value ?? "UTC").replace("GMT", "UTC");
}

/** Time zones as people say them. */
export function useZones() {
  const { cities } = useWords();
  /** The city that a zone is named by; of a zone that is not ours the last part of its name. */
  const city = (zone: string) =>
    (cities as Readonly<Record<string, string>>)[zone] ?? (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
  return {
    all: Object.keys(cities),
    city,
    /** The city and how far it is ahead of UTC: two words for who knows only one of them. */
    name: (zone: string) => `${city(zone)}, ${offsetOf(zone, Date.now())}`,
  };
}
