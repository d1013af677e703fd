export declare const ACCENT = "var(--saywell-accent, #3f5bd9)";
export declare const shared = "\n:host([hidden]), [hidden] { display: none !important; }\n:host([theme='light']) { color-scheme: light; }\n:host([theme='dark']), :host([dark]:not([theme])) { color-scheme: dark; }\n";
/** An empty sheet; on a server, where there are none, what looks like one. @returns {CSSStyleSheet} */
export declare function sheet(): CSSStyleSheet;
export declare const speakerStyle: CSSStyleSheet;
