export type PlayerState = import('./player-store.js').PlayerState;
export type Strings = import('./strings.js').Strings;
export type Choices = import('./preferences.js').Choices;
export type Player = Pick<import('./saywell-player.js').SaywellPlayer, 'toggle' | 'stop' | 'seek' | 'setSpeed' | 'skip' | 'choose' | 'download' | 'showHelp'>;
export declare class SaywellSpeaker extends HTMLElement {
    #private;
    /** @type {Player | null} */
    player: Player | null;
    /** The message that this one belongs to. @type {Element | null} */
    message: Element | null;
    /** @type {Strings} */
    strings: Strings;
    constructor();
    connectedCallback(): void;
    disconnectedCallback(): void;
    /**
     * @param {Readonly<PlayerState> | null} state  null while another message, or none, is heard
     * @param {Readonly<Choices> | null} [choices]
     */
    show(state: Readonly<PlayerState> | null, choices?: Readonly<Choices> | null): void;
    /**
     * Says what went wrong. A wait is counted down, which only the eye gets second by second.
     *
     * @param {import('./player-store.js').Failure | null} failure
     */
    tell(failure: import('./player-store.js').Failure | null): void;
    /**
     * Puts the keyboard on the speaker button.
     *
     * @override
     */
    focus(): void;
}
