/** Trying the same again cannot mend these. */
export const HOPELESS: string[];
export class SaywellSpeaker extends HTMLElement {
    /** What the controls are made by, once it has been loaded. @type {typeof import('./controls.js').Controls | null} */
    static Controls: typeof import("./controls.js").Controls | null;
    /** And what tells of problems. @type {typeof import('./told.js').Told | null} */
    static Told: typeof import("./told.js").Told | null;
    /** @type {Player | null} */
    player: Player | null;
    /** The message that this one belongs to. @type {Element | null} */
    message: Element | null;
    /** @type {Strings} */
    strings: Strings;
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
    tell(failure: import("./player-store.js").Failure | null): void;
    /**
     * Puts the keyboard on the speaker button.
     *
     * @override
     */
    override focus(): void;
    #private;
}
export type PlayerState = import("./player-store.js").PlayerState;
export type Strings = import("./strings.js").Strings;
export type Choices = import("./preferences.js").Choices;
/**
 * Who does what the listener asks for.
 */
export type Player = import("./saywell-player.js").SaywellPlayer;
