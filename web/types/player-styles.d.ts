export const controlsStyle: CSSStyleSheet;
export const playerStyle: CSSStyleSheet;
export const pageStyle: CSSStyleSheet;
