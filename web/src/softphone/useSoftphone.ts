import { createContext, useContext, useSyncExternalStore } from "react";
import { realParts, Softphone, type View } from "./softphone";

let own: Softphone | null = null;

/** The one telephone of this browser, made when first asked for. */
export function ownPhone(): Softphone {
  own ??= new Softphone(realParts());
  return own;
}

/** Tests give theirs here. */
export const PhoneContext = createContext<Softphone | null>(null);

export function usePhone(): Softphone {
  const given = useContext(PhoneContext);
  return given ?? ownPhone();
}

export function usePhoneView(): View {
  const phone = usePhone();
  return useSyncExternalStore(phone.subscribe, phone.snapshot);
}

/** Loudness of the microphone, 0..1, ten times a second: only for the meter. */
export function useMicLevel(): number {
  const phone = usePhone();
  return useSyncExternalStore(phone.subscribeLevel, phone.micLevel);
}
