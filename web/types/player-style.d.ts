export declare const playerStyle: CSSStyleSheet;
