// The elements that define.js registers, for `document.querySelector('saywell-player')` and the like, and
// their events.

import type { Figure } from './types/figures.js';
import type { Failure, Caption, PlayerState } from './types/player-store.js';
import type { Choices } from './types/preferences.js';
import type { SaywellPlayer } from './types/saywell-player.js';
import type { SaywellSpeaker } from './types/saywell-speaker.js';

/** What a player tells, by the name of the event. */
export interface PlayerEvents {
  statechange: CustomEvent<Readonly<PlayerState>>;
  speechstart: CustomEvent<Readonly<PlayerState>>;
  speechend: CustomEvent<Readonly<PlayerState>>;
  speecherror: CustomEvent<Failure>;
  choicechange: CustomEvent<Readonly<Choices>>;
  captionchange: CustomEvent<Caption>;
  /** With `figures`; bubbles. */
  'saywell:listening': CustomEvent<Figure>;
}

declare module './types/saywell-player.js' {
  interface SaywellPlayer {
    addEventListener<Name extends keyof PlayerEvents>(type: Name, listener: (event: PlayerEvents[Name]) => void, options?: boolean | AddEventListenerOptions): void;
    addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'saywell-player': SaywellPlayer;
    'saywell-speaker': SaywellSpeaker;
  }
}
