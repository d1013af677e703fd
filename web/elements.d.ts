// The elements that define.js registers, for `document.querySelector('saywell-player')` and the like, for JSX and
// Vue's templates, and their events.

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

/** On, or off as where it is absent. */
type Switch = boolean | '' | 'on' | 'off' | 'true' | 'false';

/** What may stand in the tag; README.md says what each means. */
export interface PlayerAttributes {
  messages?: string | undefined;
  server?: string | undefined;
  token?: string | undefined;
  voice?: string | undefined;
  provider?: string | undefined;
  speed?: number | string | undefined;
  captions?: Switch | 'bar' | undefined;
  continuous?: Switch | 'cut' | undefined;
  conversation?: string | undefined;
  taps?: Switch | undefined;
  prefetch?: Switch | undefined;
  shortcuts?: Switch | undefined;
  icons?: Switch | undefined;
  figures?: Switch | undefined;
  theme?: 'light' | 'dark' | undefined;
  id?: string | undefined;
  class?: string | undefined;
  lang?: string | undefined;
  dir?: string | undefined;
  hidden?: boolean | undefined;
}

/** The tag in JSX, with what frameworks take there. */
export interface PlayerInJsx extends PlayerAttributes {
  key?: string | number | bigint | null | undefined;
  ref?: ((player: SaywellPlayer | null) => void) | { current: SaywellPlayer | null } | { readonly current: SaywellPlayer | null } | string | null | undefined;
  className?: string | undefined;
  style?: object | string | undefined;
  children?: unknown;
  [data: `data-${string}`]: unknown;
}

declare global {
  interface HTMLElementTagNameMap {
    'saywell-player': SaywellPlayer;
    'saywell-speaker': SaywellSpeaker;
  }
  // React before 19, and whatever else looks here.
  namespace JSX {
    interface IntrinsicElements {
      'saywell-player': PlayerInJsx;
    }
  }
}

// A project need not have these; one that has gets the tag in them.
// @ts-ignore
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'saywell-player': PlayerInJsx;
    }
  }
}

// @ts-ignore
declare module 'vue' {
  interface GlobalComponents {
    'saywell-player': new () => { $props: PlayerAttributes };
  }
}
