export type Gateway = import('./gateway.js').Gateway;
export type SpeechRequest = import('./gateway.js').SpeechRequest;
export declare class Ahead {
    #private;
    /**
     * @param {SpeechRequest} request
     * @param {() => Gateway} gateway
     */
    make(request: SpeechRequest, gateway: () => Gateway): void;
    /** What is not begun yet is not begun any more. */
    cancel(): void;
    /** A listener was served: the gateway is willing again. */
    allow(): void;
}
