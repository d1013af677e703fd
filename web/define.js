// Registers the elements. Safe to load twice, also in two versions: the first one stays.

import { SaywellPlayer } from './saywell-player.js';
import { SaywellSpeaker } from './saywell-speaker.js';

// On a server there is nothing to register with.
if (globalThis.customElements && !customElements.get('saywell-player')) {
  customElements.define('saywell-speaker', SaywellSpeaker);
  customElements.define('saywell-player', SaywellPlayer);
}
