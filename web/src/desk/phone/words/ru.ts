/** Words of the telephone on the operator's desk. */
export const ru = {
  choice: "Звонки приходят",
  browser: "В браузер",
  phone: "На настольный телефон",
  pickUp: "Снимите трубку",
  pickUpText: "Звонит настольный телефон",
  away: "Настольный телефон не на связи",
  awayText: "Проверьте телефон и его провод или выберите «В браузер»",
  readySub: "Звонок придёт на настольный телефон",
};
