export declare const speakerStyle: CSSStyleSheet;
export declare const playerStyle: CSSStyleSheet;
export declare const pageStyle: CSSStyleSheet;
