import type { SpeechModel } from 'ai';

export interface SaywellOptions {
  /** The gateway's address; absent: the page's origin, on a server `http://localhost:8787`. */
  baseURL?: string;
  /** A JWT or an API key, or what gives the present one. */
  token?: string | (() => string | null | Promise<string | null>) | null;
  fetch?: typeof globalThis.fetch;
  /** Where the runtime has none: that of `ws`. */
  WebSocket?: new (url: string, protocols?: string[]) => any;
}

export interface SaywellProvider {
  /** A speech model; `modelId` is one of a provider's models, and absent the gateway's own choice. */
  speech(modelId?: string): Exclude<SpeechModel, string>;
  speechModel(modelId?: string): Exclude<SpeechModel, string>;
}

export declare function createSaywell(options?: SaywellOptions): SaywellProvider;
