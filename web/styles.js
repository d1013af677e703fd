// The looks of what every message has: the speaker button. Everything a page may want to change is a
// custom property or a part; the rest follows the page's own text.

export const ACCENT = 'var(--saywell-accent, #3f5bd9)';
export const shared = `
:host([hidden]), [hidden] { display: none !important; }
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']), :host([dark]:not([theme])) { color-scheme: dark; }
`;

/**
 * Rules, as the sheet of them that a document has: those of a frame take none of another's.
 *
 * @typedef {(page: Document) => CSSStyleSheet} Look
 */

/** @param {string} rules @returns {Look} */
export function look(rules) {
  /** @type {WeakMap<Document, CSSStyleSheet>} */
  const sheets = new WeakMap();
  return (page) => {
    let sheet = sheets.get(page);
    if (!sheet) {
      sheet = new (/** @type {typeof globalThis} */ (page.defaultView ?? globalThis).CSSStyleSheet)();
      sheet.replaceSync(rules);
      sheets.set(page, sheet);
    }
    return sheet;
  };
}

export const speakerStyle = look(`
:host {
  --_accent: ${ACCENT};
  --_on-accent: var(--saywell-on-accent, #ffffff);
  --_ink: var(--saywell-ink, currentColor);
  --_surface: var(--saywell-surface, Canvas);
  --_line: var(--saywell-line, color-mix(in srgb, currentColor 18%, transparent));
  --_track: var(--saywell-track, color-mix(in srgb, currentColor 22%, transparent));
  --_warning: var(--saywell-warning, light-dark(#a8321f, #ff9c8a));
  display: block;
  flex: 0 0 auto;
  align-self: start;
  min-inline-size: 0;
  max-inline-size: 100%;
  margin-block-start: var(--saywell-gap, .5rem);
  font-style: normal;
  letter-spacing: normal;
  word-spacing: normal;
  text-transform: none;
  text-shadow: none;
  text-indent: 0;
  text-align: start;
  white-space: normal;
  font-weight: 500;
  font-size: .875rem;
  line-height: 1.25;
  font-family: var(--saywell-font, inherit);
  font-variant-numeric: tabular-nums;
  color: var(--_ink);
}
${shared}:host([active]:not([tight])) { align-self: stretch; }
:host([icon]) { display: inline-block; margin: 0; vertical-align: middle; }
:host([icon]) .label { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
:host([icon]) .main { margin: 0; padding: 0; }

/** What is seen by assistive technology alone must not lengthen the page. */
.row { position: relative; display: flex; flex-wrap: wrap; align-items: center; gap: 0 .5rem; }

.bar {
  display: inline-flex;
  align-items: center;
  gap: .125rem;
  max-inline-size: 100%;
  box-sizing: border-box;
  padding: .1875rem;
  border: 1px solid transparent;
  border-radius: 999px;
}
:host([active]:not([tight])) .bar {
  inline-size: min(100%, 36rem);
  flex-wrap: wrap;
  border-radius: 1.25rem;
  border-color: var(--_line);
  background: var(--_surface);
  color: var(--saywell-ink, CanvasText);
  box-shadow: 0 4px 16px -6px rgb(0 0 0 / .2);
}

button, select {
  font: inherit;
  color: inherit;
  background: none;
  border: 0;
  margin: 0;
  min-block-size: 2rem;
  border-radius: 999px;
  cursor: pointer;
}
button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: .375rem;
  min-inline-size: 2rem;
  padding: 0 .4375rem;
  flex: none;
}
button:hover, select:hover { background: color-mix(in srgb, currentColor 9%, transparent); }
:is(button, select, input):focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
input:focus-visible { border-radius: 999px; }
svg { inline-size: 1.25rem; block-size: 1.25rem; fill: currentColor; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; display: block; }

.main[aria-disabled='true'] { opacity: .55; cursor: default; }
.main { padding-inline-end: .625rem; margin-inline-start: -.5rem; }
:host([active]) .main { margin: 0; padding: 0; background: var(--_accent); color: var(--_on-accent); }
:host([active]) .main:hover { background: color-mix(in srgb, var(--_accent) 88%, black); }
:host([active]) .main .label, .unseen {
  position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
:host([status='blocked']) .main { padding-inline: .625rem .875rem; }
:host([status='blocked']) .main .label { position: static; inline-size: auto; block-size: auto; clip-path: none; }

.spinner { animation: turn .9s linear infinite; }
@keyframes turn { to { rotate: 1turn; } }
@media (prefers-reduced-motion: reduce) { .spinner { animation-duration: 4s; animation-timing-function: steps(8); } }

@media (pointer: coarse) {
  button { min-block-size: 2.75rem; min-inline-size: 2.75rem; }
}
@media (prefers-contrast: more) {
  :host { --_line: currentColor; }
}
@media (forced-colors: active) {
  :host([active]) .main { border: 1px solid ButtonText; }
}
`);
