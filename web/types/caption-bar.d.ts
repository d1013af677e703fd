/** @typedef {import('./player-store.js').PlayerState} PlayerState */
export class CaptionBar {
    /** @param {Element} root */
    constructor(root: Element);
    /**
     * @param {Readonly<PlayerState>} state
     * @param {boolean} wanted
     */
    show({ status, position, captions }: Readonly<PlayerState>, wanted: boolean): void;
    #private;
}
export type PlayerState = import("./player-store.js").PlayerState;
