// The looks of what is loaded at the first press: the controls, the foot of the page, the help, the marks.

import { ACCENT, look, shared } from './styles.js';

const SENTENCE = 'var(--saywell-sentence, rgb(120 140 255 / .14))';
const WORD = 'var(--saywell-word, rgb(120 140 255 / .38))';

export const controlsStyle = look(`
.rest { display: flex; flex-wrap: wrap; justify-content: end; align-items: center; gap: .125rem; flex: 1; min-inline-size: 0; }
:host([active]:not([tight])) .bar { container-type: inline-size; }
.track { display: flex; align-items: center; flex: 1 1 9rem; min-inline-size: 0; }
.slide { flex: 1; min-inline-size: 3rem; margin: 0 .375rem 0 .625rem; }
/** What moves all the time lays out nothing but itself. */
.slide input[type='range'] { display: block; inline-size: 100%; margin: 0; contain: strict; }
.quick { display: contents; }
@container (max-width: 26rem) {
  :host(:not([docked])) .rest { justify-content: space-around; }
  :host(:not([docked])) .track { flex-basis: 100%; }
  /** At the foot of a phone there is one row; the steps are with the rest that is opened. */
  :host([docked]) .track { flex-basis: 4rem; }
  :host([docked]) .quick { display: none; }
  :host([docked]) .rest:has(+ .panel:not([hidden])) .quick { display: flex; flex-basis: 100%; order: 1; justify-content: space-around; }
}
@container (max-width: 17rem) { :host([docked]) .time { display: none; } }
.panel { display: flex; flex-wrap: wrap; min-inline-size: 0; gap: .25rem; flex-basis: 100%; padding: .25rem; border-block-start: 1px solid var(--_line); margin-block-start: .1875rem; }
.panel > :is(button, select), .panel button { padding-inline: .75rem; border: 1px solid var(--_line); }
.panel > :is(button, select) { flex: 1 1 auto; }
:host([docked]) .panel { max-block-size: 40dvh; overflow-y: auto; overscroll-behavior: contain; }
@media (hover: none) and (pointer: coarse) { [part='help'] { display: none; } }
button[aria-pressed='true'] { background: color-mix(in srgb, var(--_accent) 16%, transparent); border-color: var(--_accent); }
button[aria-pressed='true']::before { content: '✓' / ''; }
button[aria-expanded='true'] { background: color-mix(in srgb, currentColor 12%, transparent); }
.time { flex: none; padding-inline: .25rem .375rem; font-size: .75rem; white-space: nowrap; }

input[type='range'] {
  appearance: none;
  flex: 1;
  min-inline-size: 3rem;
  block-size: 2rem;
  margin: 0 .375rem 0 .625rem;
  background: none;
  cursor: pointer;
  --_knob: .75rem;
  --_at: calc(var(--_knob) / 2 + var(--progress, 0) * (100% - var(--_knob)));
  --_fill: linear-gradient(to var(--_way, right),
    var(--_accent) var(--_at),
    color-mix(in srgb, var(--_track), currentColor 28%) var(--_at) calc(var(--made, 0) * 100%),
    var(--_track) calc(var(--made, 0) * 100%));
}
:host(:dir(rtl)) svg.directed { scale: -1 1; }
:host(:dir(rtl)) { --_way: left; }
input::-webkit-slider-runnable-track { block-size: .25rem; border-radius: 999px; background: var(--_fill); }
input::-moz-range-track { block-size: .25rem; border-radius: 999px; background: var(--_fill); }
input::-webkit-slider-thumb {
  appearance: none; inline-size: var(--_knob); block-size: var(--_knob); margin-block-start: -.25rem;
  border-radius: 50%; background: var(--_accent); border: 0;
}
input::-moz-range-thumb {
  inline-size: var(--_knob); block-size: var(--_knob); border-radius: 50%; background: var(--_accent); border: 0;
}

select { appearance: none; padding: 0 .5rem; text-align: center; text-align-last: center; flex: none; }
select option { color: CanvasText; background: Canvas; }

.steps { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem; flex: 1 1 15rem; min-inline-size: 0; }
.steps:not(:has(> :not([hidden]))) { display: none; }
.steps select { border: 1px solid var(--_line); max-inline-size: 100%; min-inline-size: 0; flex: 1 1 auto; text-align: start; text-align-last: start; padding-inline: .75rem; }
[part='volume'] { max-inline-size: 8rem; inline-size: 0; }
.steps select { min-inline-size: min(8rem, 100%); }
:host([docked][active]) .bar { inline-size: 100%; border: 0; box-shadow: none; background: none; }
@media (pointer: coarse) {
  select, input[type='range'] { min-block-size: 2.75rem; }
}
@media (forced-colors: active) {
  button[aria-pressed='true'] { border: 1px solid ButtonText; }
  /** What is done and what is left are told apart by their form: one is full, the other hollow. */
  input { forced-color-adjust: none; --_accent: Highlight; --_track: Canvas; }
  input::-webkit-slider-runnable-track { block-size: .5rem; box-sizing: border-box; border: 1px solid ButtonText; }
  input::-webkit-slider-thumb { margin-block-start: -.1875rem; }
  input::-moz-range-track { block-size: .5rem; box-sizing: border-box; border: 1px solid ButtonText; }
}
`);

// Notes, and what went wrong.
export const toldStyle = look(`
.note, .problem { margin: 0; font-weight: 400; }
.note { opacity: .85; }
:host([active]) .note { flex-basis: 100%; margin: .375rem .5rem 0; }
.problem { color: var(--_warning); }
.problem::before { content: '\\26A0\\FE0E' / ''; margin-inline-end: .375rem; }
@media (prefers-contrast: more) { .note { opacity: 1; } }
`);

// The foot of the page and the help.
export const playerStyle = look(`
:host { line-height: 1.4; font-family: var(--saywell-font, inherit); }
${shared}
.foot {
  position: fixed;
  z-index: 2147483647;
  inset-block-end: var(--saywell-captions-inset, calc(.75rem + var(--foot, 0px)));
  inset-inline: 1rem;
  translate: var(--middle, 0) 0;
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: .5rem;
  pointer-events: none;
  /** It is a popover where there are some: above whatever the player stands in, and not in a box of its own. */
  inset-block-start: auto;
  inline-size: auto;
  margin: 0;
  padding: 0;
  border: 0;
  overflow: visible;
  background: none;
  color: inherit;
}
.foot.dark { color-scheme: dark; }
.dock {
  pointer-events: auto;
  display: grid;
  grid-template-columns: 1fr auto auto;
  align-items: center;
  gap: 0 .5rem;
  inline-size: min(36rem, 100%);
  box-sizing: border-box;
  padding: .375rem .5rem;
  border-radius: 1.25rem;
  border: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  background: var(--saywell-surface, Canvas);
  color: var(--saywell-ink, CanvasText);
  box-shadow: 0 4px 16px -6px rgb(0 0 0 / .3);
  font-size: .875rem;
}
.dock .title { padding-inline: .5rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.dock saywell-speaker { grid-column: 1 / -1; margin: 0; --saywell-gap: 0; }
.dock .back { display: flex; align-items: center; gap: .375rem; background: none; color: inherit; border: 1px solid color-mix(in srgb, currentColor 30%, transparent); min-block-size: 2rem; padding-inline: .75rem; }
.dock .back svg { inline-size: 1.25rem; block-size: 1.25rem; fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
@media (max-width: 30rem) {
  .foot { inset-inline: .5rem; gap: .25rem; inset-block-end: var(--saywell-captions-inset, calc(.375rem + var(--foot, 0px))); }
  .dock { padding: .125rem .375rem; }
  .dock .title { display: none; }
  .dock saywell-speaker { grid-area: 1 / 1; }
  .dock .back { grid-row: 1; align-self: start; inline-size: 2.75rem; min-block-size: 2.375rem; padding: 0; justify-content: center; border-color: transparent; }
  @media (pointer: coarse) { .dock .back { min-block-size: 3.125rem; } }
  .dock .back span { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  .foot .captions { padding: 0 .75rem; font-size: 1rem; line-height: 1.5; max-block-size: 2lh; box-sizing: content-box; max-inline-size: calc(100vw - 4rem); overflow: hidden; text-wrap: wrap; }
}
.captions {
  position: relative;
  inline-size: fit-content;
  max-inline-size: min(44rem, 100vw - 2rem);
  box-sizing: border-box;
  padding: .5rem 1rem;
  border-radius: .75rem;
  border: 1px solid rgb(255 255 255 / .18);
  background: #16181d;
  color: #f4f5f7;
  font-size: clamp(1rem, .8rem + 1vw, 1.25rem);
  text-align: center;
  text-wrap: balance;
  pointer-events: none;
}
.captions b:empty { display: none; }
.captions b { font-weight: inherit; background: #ffd866; color: #16181d; border-radius: .2em; padding-inline: .1em; margin-inline: -.1em; }
dialog {
  box-sizing: border-box;
  max-inline-size: min(24rem, 100vw - 2rem);
  padding: 1.25rem 1.5rem;
  border: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  border-radius: 1rem;
  background: var(--saywell-surface, Canvas);
  color: var(--saywell-ink, CanvasText);
}
dialog::backdrop { background: rgb(0 0 0 / .45); }
h2 { margin: 0 0 .75rem; font-size: 1.125rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .375rem 1rem; margin: 0; }
dd { margin: 0; }
kbd { display: inline-block; min-inline-size: 1.75rem; box-sizing: border-box; padding: .125rem .375rem; border: 1px solid; border-radius: .375rem; font: inherit; font-size: .875rem; text-align: center; }
footer { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; justify-content: space-between; margin-block-start: 1rem; }
label { display: inline-flex; align-items: center; gap: .5rem; min-block-size: 2rem; }
input { inline-size: 1.125rem; block-size: 1.125rem; accent-color: ${ACCENT}; }
button { font: inherit; min-block-size: 2.25rem; padding-inline: 1rem; border: 0; border-radius: 999px; background: ${ACCENT}; color: var(--saywell-on-accent, #fff); cursor: pointer; }
:is(button, input):focus-visible { outline: 2px solid ${ACCENT}; outline-offset: 2px; }
@media (forced-colors: active) {
  .captions, button { border: 1px solid; }
  .captions b { forced-color-adjust: none; }
  .captions b { background: CanvasText; color: Canvas; }
}
`);

// What is spoken, marked in the page's own text.
export const pageStyle = look(`
::highlight(saywell-sentence) { background-color: ${SENTENCE}; }
::highlight(saywell-word) { background-color: ${WORD}; }
@media (forced-colors: active) {
  ::highlight(saywell-sentence) { background-color: Canvas; color: CanvasText; text-decoration: underline; }
  ::highlight(saywell-word) { background-color: CanvasText; color: Canvas; text-decoration: underline 3px; }
}
`);
