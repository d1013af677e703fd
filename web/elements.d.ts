// The elements that define.js registers, for `document.querySelector('saywell-player')` and the like.

import type { SaywellPlayer } from './types/saywell-player.js';
import type { SaywellSpeaker } from './types/saywell-speaker.js';

declare global {
  interface HTMLElementTagNameMap {
    'saywell-player': SaywellPlayer;
    'saywell-speaker': SaywellSpeaker;
  }
}
