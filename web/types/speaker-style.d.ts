export declare const speakerStyle: CSSStyleSheet;
