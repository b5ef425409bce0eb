/** The public contract (docs/widget.md, /openapi.json), as far as the widget reads it. */

export interface Button {
  id: string;
  title: string;
}

export interface Source {
  titre: string;
  url: string;
  date?: string | null;
}

/** One step of an invoice (assistant/invoices/timeline/schemas.py). `le` is an ISO date. */
export interface Step {
  libelle: string;
  le?: string | null;
  par?: string;
  commentaire?: string;
  marque?: "passe" | "en_cours" | "a_faire" | "termine";
}

export interface Timeline {
  titre: string;
  etapes: Step[];
}

export interface Message {
  id?: string;
  sender: "user" | "bot" | "agent";
  kind: string;
  text: string;
  buttons?: Button[];
  sources?: Source[];
  timeline?: Timeline | null;
  fiche?: string | null;
  /** What a question waits for; absent when any words will do. */
  saisie?: Saisie | null;
}

export type Saisie = "siret" | "numero_facture" | "reference" | "courriel" | "statut" | "date" | "texte" | "texte_long";

export type Relais = "attente" | "agent" | null;

export interface Messages {
  messages: Message[];
  relais?: Relais;
}

export interface Opened extends Messages {
  id: string;
  token: string;
}

/** What is kept of a conversation on the device. `relais`: a person was awaited or answered when it was last seen. */
export interface Kept {
  id: string;
  token: string;
  votes: string[];
  relais?: Relais;
}

export interface Place {
  file?: string | null;
  page?: number | null;
  xpath?: string | null;
}

export interface Finding {
  id: string;
  severity: string;
  title: string;
  found: string;
  where?: Place;
  fix: string;
  source: Source;
  fiche?: string | null;
}

export interface FoundField {
  name: string;
  label: string;
  value: string;
  words?: string;
  origin: string;
}

/** POST /api/v1/invoices/check (assistant/invoices/schemas.py, CheckReport). */
export interface Report {
  verdict: string;
  summary: string;
  file: { name: string; size: number; kind: string; pages?: number | null; profile?: string | null };
  findings: Finding[];
  fields: FoundField[];
  unread: string[];
  members: Report[];
  /** What was added to the conversation. */
  messages?: Message[];
}

/** How the tag asked the widget to be (attributes data-… of the script). */
export interface Options {
  /** Base address of the API, without a slash at the end. */
  api: string;
  /** Origin of the service: its links stay in the window, its pages are reached from other sites. */
  service: string;
  mode: "corner" | "place" | "page";
  label: string;
  /** False: the conversation is forgotten with the tab. */
  remember: boolean;
}
