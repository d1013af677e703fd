export class Voices {
    /** @param {() => void} yields  called when another one speaks */
    constructor(yields: () => void);
    /** Whether the keys are this one's: nobody else has spoken since. */
    hasTheKeys: boolean;
    /** This one speaks now. */
    speakUp(): void;
    leave(): void;
    #private;
}
