export declare class Voices {
    #private;
    /** Whether the keys are this one's: nobody else has spoken since. */
    hasTheKeys: boolean;
    /** @param {() => void} yields  called when another one speaks */
    constructor(yields: () => void);
    /** This one speaks now. */
    speakUp(): void;
    leave(): void;
}
