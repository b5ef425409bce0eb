/** What a question waits for (the contract's `saisie`): keyboard, hint, and a first doubt. */

import { TEXT } from "./texts";
import type { Saisie } from "./types";

export interface Expected {
  /** Attributes of the box. */
  attributes: { inputmode: string; autocomplete: string; autocapitalize: string; spellcheck: string };
  /** Empty: the usual hint. */
  hint: string;
  /** A sentence when the text cannot be what is expected, else null. Words (« je ne l'ai pas ») are always accepted. */
  doubt(text: string): string | null;
}

const WORDS = { inputmode: "text", autocomplete: "off", autocapitalize: "sentences", spellcheck: "true" };
/** Not a word: nothing to correct, no capital of its own. */
const CODE = { ...WORDS, autocapitalize: "off", spellcheck: "false" };

export const ANY_WORDS: Expected = { attributes: WORDS, hint: "", doubt: () => null };
const REFERENCE: Expected = { ...ANY_WORDS, attributes: CODE };

const SHAPES: Partial<Record<Saisie, Expected>> = {
  siret: {
    attributes: { ...CODE, inputmode: "numeric" },
    hint: TEXT.siretHint,
    doubt(text) {
      const digits = text.replace(/[\s.]/g, "");
      return /^\d+$/.test(digits) && digits.length !== 14 ? TEXT.siretLength(digits.length) : null;
    },
  },
  courriel: {
    attributes: { ...CODE, inputmode: "email", autocomplete: "email" },
    hint: TEXT.emailHint,
    doubt: (text) => (/^[^\s@]+\.[^\s@]+$/.test(text) ? TEXT.emailShape : null),
  },
  // Phones have no keyboard for days that also lets « la semaine dernière » through.
  date: { attributes: CODE, hint: TEXT.dateHint, doubt: () => null },
  numero_facture: REFERENCE,
  reference: REFERENCE,
};

export const expected = (saisie: Saisie | null | undefined): Expected => (saisie && SHAPES[saisie]) || ANY_WORDS;
