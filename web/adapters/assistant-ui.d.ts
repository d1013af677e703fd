import type { SpeechSynthesisAdapter } from '@assistant-ui/react';

import type { SaywellPlayer } from '../types/saywell-player.js';

export interface SaywellSpeechOptions {
  /** The element that speaks; absent: the page's, or a new one with what follows. */
  player?: SaywellPlayer;
  /** The gateway's address; absent: this page's origin. */
  server?: string;
  token?: SaywellPlayer['token'];
  voice?: string;
  provider?: string;
}

export declare class SaywellSpeechAdapter implements SpeechSynthesisAdapter {
  constructor(options?: SaywellSpeechOptions);
  /** The element that speaks. */
  readonly player: SaywellPlayer;
  speak(text: string): SpeechSynthesisAdapter.Utterance;
}
