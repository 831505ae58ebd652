/** Values kept for a question of yes or no: data of the request, so they do not change with the language of the screen. */
export const YES_NO = { yes: "да", no: "нет", unknown: "не знает" } as const;
