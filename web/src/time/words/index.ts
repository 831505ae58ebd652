import { dictionary } from "../../i18n/i18n";
import { en } from "./en";
import { ru } from "./ru";

export const useWords = dictionary(ru, en);
