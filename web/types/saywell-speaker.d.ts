export type PlayerState = import('./player-store.js').PlayerState;
export type Strings = import('./strings.js').Strings;
export type Choices = import('./preferences.js').Choices;
export type Player = import('./saywell-player.js').SaywellPlayer;
/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./strings.js').Strings} Strings */
/** @typedef {import('./preferences.js').Choices} Choices */
/**
 * Who does what the listener asks for.
 *
 * @typedef {import('./saywell-player.js').SaywellPlayer} Player
 */
/** On a server there are no elements. */
declare const Base: {
    new (): HTMLElement;
    prototype: HTMLElement;
};
/** Trying the same again cannot mend these. */
export declare const HOPELESS: string[];
export declare class SaywellSpeaker extends Base {
    #private;
    /** What the controls are made by, once it has been loaded. @type {typeof import('./controls.js').Controls | null} */
    static Controls: typeof import('./controls.js').Controls | null;
    /** And what tells of problems. @type {typeof import('./told.js').Told | null} */
    static Told: typeof import('./told.js').Told | null;
    /** @type {Player | null} */
    player: Player | null;
    /** The message that this one belongs to. @type {Element | null} */
    message: Element | null;
    /** @type {Strings} */
    strings: Strings;
    constructor();
    /** The page took it away, and the keyboard with it; now it is back. */
    takeBackFocus(): void;
    connectedCallback(): void;
    disconnectedCallback(): void;
    /**
     * @param {Readonly<PlayerState> | null} state  null while another message, or none, is heard
     * @param {Readonly<Choices> | null} [choices]
     */
    show(state: Readonly<PlayerState> | null, choices?: Readonly<Choices> | null): void;
    /**
     * Says what went wrong.
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
export {};
