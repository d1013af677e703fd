export type PlayerState = import('./player-store.js').PlayerState;
export type Player = Pick<import('./saywell-player.js').SaywellPlayer, 'state' | 'resume' | 'pause' | 'stop' | 'skip' | 'seek'>;
/** Tells the operating system what is heard, and takes its keys while something is. */
export declare class MediaKeys {
    #private;
    /**
     * @param {Player} player
     * @param {MediaSession | undefined} [session]
     */
    constructor(player: Player, session?: MediaSession | undefined);
    /**
     * @param {Readonly<PlayerState>} state
     * @param {() => string} titleOf  what is heard, in some words
     */
    show(state: Readonly<PlayerState>, titleOf: () => string): void;
}
/** Keeps the screen from locking, for as long as that is wanted. */
export declare class Screen {
    #private;
    /** @param {boolean} wanted */
    keep(wanted: boolean): void;
}
