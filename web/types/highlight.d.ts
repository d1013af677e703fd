export type PlayerState = import('./player-store.js').PlayerState;
export type Caption = import('./player-store.js').Caption;
export type Piece = {
    node: Text;
    start: number;
    end: number;
    from: number;
    to: number;
    until: number;
};
export declare class Highlighter {
    #private;
    /** What captions count in the bytes of. */
    reply: string;
    /**
     * Begins with a message, or goes on with one that has grown. The reply is what was sent to be spoken: captions
     * count in its bytes.
     *
     * @param {Element} message
     * @param {string} reply
     */
    follow(message: Element, reply: string): void;
    /** What is marked has changed on the page. @param {MutationRecord[]} changes */
    see(changes: MutationRecord[]): void;
    /** @param {Readonly<PlayerState>} state */
    show({ status, position, captions }: Readonly<PlayerState>): void;
    /**
     * The byte of the reply that is shown where the pointer is, or null.
     *
     * @param {MouseEvent} event
     * @param {Element} message  for when nothing is marked
     * @param {string} reply
     */
    byteAt(event: MouseEvent, message: Element, reply: string): number | null;
    /** What is read, where it is marked. */
    get range(): Range | null;
    /** From here on, what is read is kept in view. */
    followAgain(): void;
    /** Whether the page has replaced what was marked. */
    get isStale(): boolean;
    clear(): void;
}
/**
 * Whether any of it is in view.
 *
 * @param {Range | Element} place
 * @param {number} floor  where the window ends, from its top in pixels
 */
export declare function isInView(place: Range | Element, floor: number): boolean;
/**
 * Finds where in the reply each piece of the message's text comes from. The reply's Markdown holds
 * the page's text in its order with markup in between, so each piece is the next place it occurs.
 * What a renderer has changed is found nowhere near and stays unmarked.
 *
 * @param {Element} message
 * @param {string} reply
 * @param {Piece[]} [known]  of the reply's beginning, as it was then; of the last node there may be more by now
 * @returns {Piece[]}
 */
export declare function align(message: Element, reply: string, known?: Piece[]): Piece[];
