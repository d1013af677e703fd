export type PlayerState = import('./player-store.js').PlayerState;
export type Figure = {
    what: 'started' | 'quarter' | 'finished' | 'stopped';
    /**
     * tells one listening from the next, on this page
     */
    listening: number;
    /**
     * which one, of a `quarter`
     */
    quarter: 1 | 2 | 3 | 4 | null;
    /**
     * where that was, in seconds of the reply
     */
    position: number;
    /**
     * seconds; while a reply is written, as much as there is of it
     */
    duration: number;
    /**
     * seconds of it that were heard, each counted once
     */
    heard: number;
    speed: number;
    /**
     * who spoke
     */
    by: 'gateway' | 'browser';
    provider: string | null;
    voice: string | null;
    /**
     * the player's `conversation`
     */
    room: string | null;
    /**
     * the code of what ended it
     */
    failure: string | null;
};
export declare class Figures {
    #private;
    /**
     * @param {(figure: Figure) => void} tell
     * @param {() => string | null} room
     */
    constructor(tell: (figure: Figure) => void, room: () => string | null);
    /**
     * @param {Readonly<PlayerState>} state
     * @param {Readonly<PlayerState>} before
     */
    see(state: Readonly<PlayerState>, before: Readonly<PlayerState>): void;
    /** What is heard is left where it is. @param {Readonly<PlayerState>} state */
    leave(state: Readonly<PlayerState>): void;
}
