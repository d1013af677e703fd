export type Kept = {
    whole: string | null;
    upTo: Node | null;
    before: string;
};
export declare class Drawing {
    #private;
    message: Element;
    /** @param {Element} message */
    constructor(message: Element);
    /** The reply as the page shows it now. */
    get text(): string;
    leave(): void;
}
