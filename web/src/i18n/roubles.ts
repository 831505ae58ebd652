import { useLang } from "./i18n";

/** "1 200 ₽" and "1 200,50 ₽" of kopecks. */
export function useRoubles(): (kopecks: number) => string {
  const lang = useLang();
  return (kopecks) =>
    new Intl.NumberFormat(lang, {
      style: "currency",
      currency: "RUB",
      minimumFractionDigits: kopecks % 100 === 0 ? 0 : 2,
    }).format(kopecks / 100);
}
