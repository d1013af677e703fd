// The looks of what the player shows for the whole chat: the caption bar, the help, and marks where
// the engine cannot highlight by itself.

export const playerStyle = new CSSStyleSheet();

playerStyle.replaceSync(`
:host { line-height: 1.4; font-family: var(--saywell-font, inherit); }
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }
[hidden] { display: none !important; }
.marks { position: fixed; inset: 0; z-index: 2147483646; pointer-events: none; overflow: hidden; }
.marks i { position: absolute; border-radius: .125rem; }
.marks .saywell-sentence { background: var(--saywell-sentence, rgb(120 140 255 / .14)); }
.marks .saywell-word { background: var(--saywell-word, rgb(120 140 255 / .38)); }
.captions {
  position: fixed;
  z-index: 2147483647;
  inset-block-end: var(--saywell-captions-inset, 1.25rem);
  inset-inline: 1rem;
  margin-inline: auto;
  inline-size: fit-content;
  max-inline-size: min(44rem, 100vw - 2rem);
  box-sizing: border-box;
  padding: .5rem 1rem;
  border-radius: .75rem;
  border: 1px solid rgb(255 255 255 / .18);
  background: #16181d;
  color: #f4f5f7;
  font-size: 1.25rem;
  text-align: center;
  text-wrap: balance;
  pointer-events: none;
}
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
input { inline-size: 1.125rem; block-size: 1.125rem; accent-color: var(--saywell-accent, #3f5bd9); }
button { font: inherit; min-block-size: 2.25rem; padding-inline: 1rem; border: 0; border-radius: 999px; background: var(--saywell-accent, #3f5bd9); color: var(--saywell-on-accent, #fff); cursor: pointer; }
:is(button, input):focus-visible { outline: 2px solid var(--saywell-accent, #3f5bd9); outline-offset: 2px; }
@media (forced-colors: active) { .captions { border: 1px solid; } button { border: 1px solid; } }
`);
