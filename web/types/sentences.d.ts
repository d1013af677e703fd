/**
 * What of a text that a page has drawn so far can no longer change: up to the last end of a sentence or
 * block that something follows. Renderers draw markup that is not closed yet as it stands.
 *
 * @param {string} text
 */
export declare function settled(text: string): string;
/** Whether a sentence of a text is finished: something follows it. @param {string} text */
export declare function hasSentence(text: string): boolean;
/** Whether a writer who pauses here may have finished what they say. @param {string} text */
export declare function endsLikeASentence(text: string): boolean;
