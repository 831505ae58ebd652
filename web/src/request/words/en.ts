import { pluralEn, type Words } from "../../i18n/i18n";
import type { ru } from "./ru";

export const en: Words<typeof ru> = {
  address: {
    label: "Address",
    placeholder: "Street, house, flat",
    hint: "Three letters of the street and the number of the house are enough",
    none: (q) => `No house is found by “${q}”. Check the street and the number.`,
    failed: "The search for houses did not answer. Type again.",
    change: "Change the address",
    unit: "Flat",
    unitPlaceholder: "whole house",
    unitUnknown: "The directory has no such flat. The request will be kept with this number.",
    entrance: "Entrance",
    floor: "Floor",
    wholeHouse: "whole house",
    required: "Choose a house from the list",
  },
  reason: {
    label: "Reason",
    placeholder: "What happened: leak, no light, lift stuck",
    none: (q) => `Nothing is found by “${q}”. Say it in other words.`,
    failed: "The search for reasons did not answer. Type again.",
    foundBy: (word) => `found by “${word}”`,
    change: "Change the reason",
    safety: "Safety first.",
    answer: "Answer",
    prices: "Name the price",
    per: (unit) => `per ${unit}`,
    required: "Choose a reason from the list",
    needAddress: "Choose the address first",
    more: (n) => `${n} more alike`,
  },
  same: {
    title: "Perhaps the same trouble",
    is: (number: string) => `№ ${number} is there already.`,
    join: "The same trouble",
    ago: (minutes: number) =>
      minutes < 60
        ? `${minutes} min ago`
        : minutes < 1440
          ? `${Math.floor(minutes / 60)} h ago`
          : `${Math.floor(minutes / 1440)} d ago`,
  },
  questions: {
    yes: "Yes",
    no: "No",
    unknown: "Does not know",
    required: "An answer is needed",
    left: (n) => `${n} ${pluralEn(n, "answer", "answers")} left`,
    all: "All answers are given",
    answer: "Answer",
  },
  preview: {
    assigns: "the system will assign",
    nobody: "nobody is on duty",
    accept: (time) => `accept by ${time}`,
    localise: (time) => `localise by ${time}`,
    finish: (time) => `finish by ${time}`,
    why: "why",
    read: "After saving read out",
    said: "Read out to the resident",
    responsible: (name) => `responsible: ${name}`,
    supplier: (name) => `concerns: ${name}`,
  },
};
