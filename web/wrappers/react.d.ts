import type { ForwardRefExoticComponent, RefAttributes } from 'react';

import type { SaywellPlayer as PlayerElement } from '../types/saywell-player.js';
import type { PlayerEvents } from '../elements.js';

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
  onStateChange?: (event: PlayerEvents['statechange']) => void;
  onSpeechStart?: (event: PlayerEvents['speechstart']) => void;
  onSpeechEnd?: (event: PlayerEvents['speechend']) => void;
  onSpeechError?: (event: PlayerEvents['speecherror']) => void;
  onChoiceChange?: (event: PlayerEvents['choicechange']) => void;
  onCaptionChange?: (event: PlayerEvents['captionchange']) => void;
  onListening?: (event: PlayerEvents['saywell:listening']) => void;
}

export declare const SaywellPlayer: ForwardRefExoticComponent<SaywellPlayerProps & RefAttributes<PlayerElement>>;
