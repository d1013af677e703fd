import type { DefineComponent } from 'vue';

import type { SaywellPlayer as PlayerElement } from '../types/saywell-player.js';

export interface SaywellPlayerProps {
  /** CSS selector of the assistant's messages. */
  messages?: string;
  /** The gateway's address; absent: this page's origin. */
  server?: string;
  voice?: string;
  provider?: string;
  /** 0.5 to 3. */
  speed?: number;
  captions?: boolean | 'bar';
  continuous?: boolean | 'cut';
  /** The conversation's name. */
  conversation?: string;
  taps?: boolean;
  prefetch?: boolean;
  shortcuts?: boolean;
  icons?: boolean;
  figures?: boolean;
  theme?: 'light' | 'dark';
  textOf?: PlayerElement['textOf'];
  token?: PlayerElement['token'];
  strings?: Partial<PlayerElement['strings']>;
}

export declare const SaywellPlayer: DefineComponent<SaywellPlayerProps>;
