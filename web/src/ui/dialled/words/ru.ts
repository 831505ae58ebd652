/** Words about numbers that are not dialled. */
export const ru = {
  atField:
    "Номера 8-800 программа не набирает. Впишите городской или мобильный либо попросите того, кто ведёт сервер, разрешить их: D24_DIAL_ALSO=+7800.",
  saved: (phones: string) => `Сохранено, но ${phones} программа не набирает`,
};
