/** Reasons the engine itself gives to a state: data of the protocol, shown as they are. */
export const PAPERWORK = "оформление";
export const JUST_IN = "вход";
export const BROWSER_GONE = "браузер закрыт";
export const NO_SOUND = "нет звука";
export const NOT_TAKEN = "не ответил";
