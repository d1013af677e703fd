export declare const controlsStyle: import("./styles.js").Look;
export declare const toldStyle: import("./styles.js").Look;
export declare const playerStyle: import("./styles.js").Look;
export declare const pageStyle: import("./styles.js").Look;
