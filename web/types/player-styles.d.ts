export declare const controlsStyle: CSSStyleSheet;
export declare const toldStyle: CSSStyleSheet;
export declare const playerStyle: CSSStyleSheet;
export declare const pageStyle: CSSStyleSheet;
